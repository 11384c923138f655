"""Writes with OWSLib, and reads back with GDAL what was written: create, replace, delete.

    edit_with_owslib.py http://127.0.0.1:8080
"""

import json
import subprocess
import sys

from owslib.ogcapi.features import Features

base = sys.argv[1]
api = Features(f"{base}/api", headers={"Content-Type": "application/geo+json", "Pianqu-Actor": "OWSLib"})
NAME = "OWSLib 的门"


def gate(name, lon, lat):
    point = {"type": "Point", "coordinates": [lon, lat]}
    return json.dumps({"type": "Feature", "geometry": point, "properties": {"name": name, "is_open": True}})


def seen_by_gdal(name):
    """What ogrinfo shows of the gates of this name."""
    words = ["ogrinfo", "-ro", "-al", "-oo", "PAGE_SIZE=10000", f"OAPIF:{base}/api", "gate", "-where", f"name = '{name}'"]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def the_gate(name):
    found = api.collection_items("gate", filter=f"name = '{name}'")
    assert found["numberMatched"] == 1, found
    return found["features"][0]["id"]


assert api.collection_item_create("gate", gate(NAME, 104.651, 30.121))
gate_id = the_gate(NAME)
told = seen_by_gdal(NAME)
assert "POINT (104.651 30.121)" in told and told.count("OGRFeature") == 1, told
print(f"OWSLib creates gate {gate_id}, GDAL reads it")

assert api.collection_item_update("gate", gate_id, gate(NAME + "改", 104.652, 30.122))
assert "OGRFeature" not in seen_by_gdal(NAME)
told = seen_by_gdal(NAME + "改")
assert "POINT (104.652 30.122)" in told and told.count("OGRFeature") == 1, told
print(f"OWSLib replaces gate {gate_id}, GDAL reads it anew")

assert api.collection_item_delete("gate", gate_id)
assert "OGRFeature" not in seen_by_gdal(NAME + "改")
print(f"OWSLib deletes gate {gate_id}, GDAL finds it no more")
