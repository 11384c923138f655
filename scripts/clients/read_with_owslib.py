"""Reads every layer with OWSLib: queryables, a page, one feature by its id."""

import sys
from owslib.ogcapi.features import Features

api = Features(sys.argv[1])
assert api.conformance()["conformsTo"], "no conformance"
names = api.feature_collections()
assert names, "no collections"
for name in names:
    assert api.collection(name)["id"] == name
    queryables = api.collection_queryables(name)["properties"]
    page = api.collection_items(name, limit=5)
    assert page["numberReturned"] == len(page["features"]) <= 5
    for feature in page["features"][:1]:
        same = api.collection_item(name, feature["id"])
        assert same["properties"] == feature["properties"] and set(queryables) - {"geometry"} == set(same["properties"])
    print(f"OWSLib reads {name}: {page['numberMatched']} features")
