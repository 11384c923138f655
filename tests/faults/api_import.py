"""An import through the API: a file is sent, a job imports it. What it acknowledges is its end."""

import json
import time

BOUNDARY = "a-boundary-of-the-faults"


def ask(connection, method, path, body=None, media_type="application/json"):
    connection.request(method, path, body, {"content-type": media_type} if body else {})
    answer = connection.getresponse()
    text = answer.read()
    if answer.status not in (200, 201, 202):
        raise OSError(f"{method} {path}: status {answer.status}")
    return json.loads(text)


def import_gates(connection, name, gates, patience_s=30):
    """Imports features as the data set `name`. Returns when the job is done; OSError when it is not."""
    collection = json.dumps({"type": "FeatureCollection", "features": gates})
    form = (f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="{name}.geojson"\r\n'
            f"content-type: application/geo+json\r\n\r\n{collection}\r\n--{BOUNDARY}--\r\n")
    sent = ask(connection, "POST", "/api/uploads", form, f"multipart/form-data; boundary={BOUNDARY}")
    reading = {"layer": "gate", "crs": "EPSG:4490", "source": name}
    order = json.dumps({"upload_id": sent["upload_id"], "reading": reading})
    job = ask(connection, "POST", "/api/imports", order)["job_id"]
    start = time.monotonic()
    while time.monotonic() - start < patience_s:
        now = ask(connection, "GET", f"/api/jobs/{job}")
        if now["state"] == "done":
            if now["result"]["report"]["counts"]["inserted"] != len(gates):
                raise AssertionError(f"the import says that it is done, and reports {now['result']['report']['counts']}")
            return
        if now["state"] == "failed":
            raise OSError("the import failed")
        time.sleep(0.02)
    raise OSError("the import does not end")
