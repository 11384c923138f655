"""Opens every layer and the vector tiles with QGIS, without a screen: counts must agree, pictures must not be blank. Edits where this
QGIS can.

    QT_QPA_PLATFORM=offscreen /usr/bin/python3 scripts/clients/read_with_qgis.py http://127.0.0.1:8080
"""

import json
import os
import sys
import urllib.parse
import urllib.request

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsPointXY,
    QgsRectangle,
    QgsVectorDataProvider,
    QgsVectorLayer,
    QgsVectorTileBasicRenderer,
    QgsVectorTileLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

base = sys.argv[1].rstrip("/")
app = QgsApplication([], False)
app.initQgis()
failed = False


def ask(path):
    with urllib.request.urlopen(base + path) as answer:
        return json.load(answer)


def colours(layer, crs, extent):
    """How many colours a picture of the layer has; one is a blank sheet."""
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(QgsCoordinateReferenceSystem(crs))
    settings.setExtent(extent)
    settings.setOutputSize(QSize(256, 256))
    settings.setBackgroundColor(QColor("white"))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    return len({image.pixel(x, y) for x in range(256) for y in range(256)})


def check(holds, what):
    global failed
    failed |= not holds
    print(f"QGIS {Qgis.QGIS_VERSION.split('-')[0]} {what}" + ("" if holds else ": FAILED"))


for described in ask("/api/layers"):
    if not described["count"]:
        continue
    name = described["id"]
    layer = QgsVectorLayer(f"url='{base}/api' typename='{name}' pageSize='1000'", name, "OAPIF")
    if not layer.isValid():
        check(False, f"opens {name}: {layer.error().message()}")
        continue
    read = sum(1 for _ in layer.getFeatures())
    fields = len(layer.fields())
    check(read == described["count"] and fields > 0, f"reads {name}: {read} of {described['count']} features, {fields} fields")

def edit_gates():
    """Adds, moves, renames and deletes a gate, each seen by another client."""
    layer = QgsVectorLayer(f"url='{base}/api' typename='gate'", "gate", "OAPIF")
    provider = layer.dataProvider()
    if not provider.capabilities() & QgsVectorDataProvider.AddFeatures:
        print(f"SKIPPED: QGIS {Qgis.QGIS_VERSION.split('-')[0]} cannot edit OGC API Features; a newer one asks OPTIONS for it")
        return
    def named(name):
        return ask("/api/collections/gate/items?name=" + urllib.parse.quote(name))["features"]
    feature = QgsFeature(layer.fields())
    feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(104.653, 30.123)))
    feature.setAttribute("name", "QGIS 的门")
    added, features = provider.addFeatures([feature])
    check(added and len(named("QGIS 的门")) == 1, "adds a gate")
    fid = features[0].id()
    renamed = provider.changeAttributeValues({fid: {layer.fields().indexOf("name"): "QGIS 改的门"}})
    check(renamed and len(named("QGIS 改的门")) == 1, "renames it")
    moved = provider.changeGeometryValues({fid: QgsGeometry.fromPointXY(QgsPointXY(104.654, 30.124))})
    check(moved and named("QGIS 改的门")[0]["geometry"]["coordinates"] == [104.654, 30.124], "moves it")
    check(provider.deleteFeatures([fid]) and not named("QGIS 改的门"), "deletes it")


edit_gates()

west, south, east, north = ask("/api/collections/community")["extent"]["spatial"]["bbox"][0]
tiles = QgsVectorTileLayer(f"type=xyz&url={base}/tiles/community,street/{{z}}/{{x}}/{{y}}.mvt&zmin=0&zmax=14", "tiles")
if tiles.isValid():
    tiles.setRenderer(QgsVectorTileBasicRenderer())
    tiles.renderer().setStyles(QgsVectorTileBasicRenderer.simpleStyleWithRandomColors())
    seen = colours(tiles, "EPSG:4326", QgsRectangle(west, south, east, north))
    check(seen > 2, f"draws the vector tiles: {seen} colours")
else:
    check(False, "opens the vector tiles")

sys.stdout.flush()
# Without taking QGIS down in order: its layers outlive the application in Python and crash it.
os._exit(failed)
