"""Learn a lesson, and find it by its error. Start a node first: ``hive start``."""

import sys

from noormme_hive import Hive

hive = Hive(sys.argv[1] if len(sys.argv) > 1 else None)
hive.learn(
    "npm ERESOLVE with React 19",
    detail="react-test-renderer 18 wants React 18.",
    action="Install react-test-renderer@19.",
)
for item in hive.recall("npm ERR! ERESOLVE unable to resolve dependency tree")["items"]:
    print(item["fact"]["entity"], "=>", item["fact"].get("action"))
