"""Tests of the client against real nodes, whose data directories are in the environment.

``HIVE_TCP``: a node with an address on TCP; ``HIVE_SOCKET``: one with a Unix socket alone.
"""

import os
import tempfile
import threading
import unittest
from pathlib import Path

from noormme_hive import Hive, HiveError


class HiveTest(unittest.TestCase):
    def setUp(self):
        self.tcp = Hive(os.environ["HIVE_TCP"], timeout=30)
        self.socket = Hive(os.environ["HIVE_SOCKET"], timeout=30)

    def test_learns_and_recalls_over_tcp_and_over_the_socket(self):
        for hive in (self.tcp, self.socket):
            learned = hive.learn(
                "npm ERESOLVE with React 19",
                detail="Version 18 wants React 18.\nThe tree has 19.",
                action="Install react-test-renderer@19.",
                tags=["npm"],
            )
            self.assertEqual(learned["status"], "new")
            (item,) = hive.recall("ERESOLVE", limit=1)["items"]
            self.assertEqual(item["fact"]["id"], learned["id"])
            self.assertEqual(item["fact"]["content"], "Version 18 wants React 18.\nThe tree has 19.")
            opened = hive.open([learned["id"]])
            self.assertEqual(opened["facts"][0]["tags"], ["npm"])
            self.assertTrue(hive.status()["running"])
            self.assertTrue(hive.forget(learned["id"])["forgotten"])

    def test_streams_many_facts_and_reports_progress(self):
        facts = (
            {"entity": "stream", "content": "fact number %d" % i, "confidence": 0.5}
            for i in range(3000)
        )
        progress = []
        report = self.tcp.distill(facts, on_progress=progress.append)
        self.assertEqual((report["read"], report["new"]), (3000, 3000))
        self.assertTrue(progress and progress[-1]["read"] == 3000)
        items = []
        self.assertEqual(self.tcp.export(on_item=items.append)["facts"], len(items))
        self.assertGreaterEqual(len(items), 3000)

    def test_imports_a_graph_and_says_what_it_refused(self):
        lines = [
            {"type": "entity", "name": "Ada", "entityType": "person", "observations": ["tea"]},
            {"type": "entity", "name": "Ada"},
        ]
        report = self.tcp.import_(lines, "server-memory", private=True)
        self.assertEqual(report["new"], 2)
        self.assertEqual([refused["line"] for refused in report["rejected"]], [2])

    def test_raises_errors_with_codes(self):
        for call, code, status in (
            (lambda: self.tcp.promote("0" * 64), "RECORD_UNKNOWN", 404),
            (lambda: self.tcp.recall("x", limit=0), "ARGUMENT_INVALID", 400),
            (lambda: Hive(os.environ["HIVE_TCP"], token="wrong").status(), "UNAUTHORIZED", 401),
            (lambda: Hive(url="http://127.0.0.1:1", token="x").status(), "NOT_RUNNING", 0),
        ):
            with self.assertRaises(HiveError) as raised:
                call()
            self.assertEqual((raised.exception.code, raised.exception.status), (code, status))
        with tempfile.TemporaryDirectory() as empty:
            with self.assertRaises(HiveError) as raised:
                Hive(empty).status()
            self.assertEqual(raised.exception.code, "NOT_RUNNING")

    def test_follows_events_until_the_caller_has_enough(self):
        learned = self.tcp.learn("Events come", action="Follow them.")
        self.tcp.promote(learned["id"])
        parts = self.tcp.stream("events", {"after": 0})
        kind, event = next(parts)
        self.assertEqual(kind, "item")
        self.assertIn("event", event)
        parts.close()

    def test_ends_a_call_that_is_cancelled(self):
        cancel = threading.Event()
        self.tcp.learn("Cancelling ends a call", action="Cancel.")
        with self.assertRaises(HiveError) as raised:
            self.tcp.export(on_item=lambda item: cancel.set(), cancel=cancel)
        self.assertEqual(raised.exception.code, "CANCELLED")

    def test_reads_the_token_and_the_address_once_more_for_each_call(self):
        url = self.tcp.status()["http"]
        token = (Path(os.environ["HIVE_TCP"]) / "http-token").read_text().strip()
        self.assertTrue(Hive(url=url, token=token).status()["running"])


if __name__ == "__main__":
    unittest.main()
