"""The figures as Prometheus' own parser reads them."""

import json
import os
import re
import subprocess
import urllib.request

import pytest
from prometheus_client.parser import text_string_to_metric_families


@pytest.fixture
def metrics():
    """What a server says after a few requests."""
    started = subprocess.Popen(
        [os.environ["STAGEDOOR"], "dev", "--listen", "127.0.0.1:0", "--json"], stdout=subprocess.PIPE, text=True
    )
    try:
        url = json.loads(started.stdout.readline())["url"]
        for path in ["/", "/spotify/v1/me", "/nowhere", "/readyz"]:
            try:
                urllib.request.urlopen(url + path)
            except urllib.error.HTTPError:
                pass
        with urllib.request.urlopen(f"{url}/metrics") as answer:
            assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
            yield answer.read().decode()
    finally:
        started.terminate()
        assert started.wait(timeout=30) == 0


def test_parsed(metrics):
    families = list(text_string_to_metric_families(metrics))
    names = [family.name for family in families]
    assert len(names) == len(set(names)) > 30
    for family in families:
        assert re.fullmatch(r"stagedoor_[a-z_]+", family.name)
        assert family.documentation.endswith((".", "1."))
        assert family.type in ("counter", "gauge", "histogram"), family.name
        keys = [(sample.name, tuple(sorted(sample.labels.items()))) for sample in family.samples]
        assert len(keys) == len(set(keys)), f"a sample of {family.name} stands twice"


def test_histograms_add_up(metrics):
    for family in text_string_to_metric_families(metrics):
        if family.type != "histogram":
            continue
        series = {}
        for sample in family.samples:
            labels = tuple(sorted((key, value) for key, value in sample.labels.items() if key != "le"))
            own = series.setdefault(labels, {"buckets": []})
            if sample.name.endswith("_bucket"):
                own["buckets"].append((float(sample.labels["le"]), sample.value))
            else:
                own[sample.name.rsplit("_", 1)[1]] = sample.value
        assert series, family.name
        for own in series.values():
            bounds, counts = zip(*own["buckets"])
            assert list(bounds) == sorted(bounds) and bounds[-1] == float("inf")
            assert list(counts) == sorted(counts) and counts[-1] == own["count"]
            assert own["sum"] >= 0


def test_requests_are_counted(metrics):
    families = {family.name: family for family in text_string_to_metric_families(metrics)}
    wanted = {"api": "spotify", "endpoint": "api", "class": "4xx"}
    [sample] = [sample for sample in families["stagedoor_requests"].samples if sample.labels == wanted]
    assert sample.value == 1
