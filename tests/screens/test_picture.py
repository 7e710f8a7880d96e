"""The input picture and the boxes in it, as a user sees them in the outputs panel."""

import sys

import pytest

BOXES = (
    ("sports ball", 0.912, 205.0, 85.0, 398.0, 275.0),
    ("frisbee", 0.341, 20.0, 180.0, 140.0, 300.0),
)
NEAR = (("sports ball", 0.908, 206.0, 84.0, 396.0, 276.0),)
DETECTORS = {
    0: {"labels": (), "detections": BOXES, "weights": "trained"},
    1: {"labels": (), "detections": NEAR, "weights": "trained"},
}


async def rest(host, pilot):
    """The outputs panel's lines inside its border, once nothing changes any more."""
    text, same = [], 0
    while same < 3:
        await pilot.pause()
        before, text = text, [strip.text[2:-2] for strip in host.live.labels._strips[1:-1]]
        same = same + 1 if text == before else 0
    for widget in host.live.query("*"):
        widget._exchange_repaint_regions()
    return text


async def test_the_picture_stands_beside_the_labels_of_three_runs(true_colours, make_host, make_snapshot, picture):
    host = make_host()
    async with host.run_test(size=(120, 40)) as pilot:
        host.live.show(make_snapshot())
        assert not any("▀" in line for line in await rest(host, pilot))
        host.live.show_picture(picture)
        lines = await rest(host, pilot)
    assert lines[1].startswith("▀" * 15)
    assert "tabby" in lines[1] and lines[1].count("0.62") == 3
    assert any("lynx" in line for line in lines)


async def test_six_runs_leave_no_room_for_it(true_colours, make_host, make_snapshot, picture):
    host = make_host()
    async with host.run_test(size=(120, 40)) as pilot:
        host.live.show_picture(picture)
        host.live.show(make_snapshot(runs=6))
        lines = await rest(host, pilot)
    assert not any("▀" in line for line in lines)
    assert any("Egyptian cat" in line for line in lines)


async def test_enlarged_it_takes_most_of_the_room_and_names_the_boxes(true_colours, make_host, make_snapshot, picture):
    host = make_host()
    async with host.run_test(size=(120, 40)) as pilot:
        host.live.show_picture(picture)
        host.live.show(make_snapshot(runs=2, figures=DETECTORS))
        host.live.maximize(host.live.labels)
        lines = await rest(host, pilot)
        assert sum(line.count("▀") for line in lines) > 1500
        assert any("AB sports ball " in line for line in lines)
        assert any("sports ball" in line and "0.912" in line and "0.908" in line for line in lines)
        host.live.minimize()
        lines = await rest(host, pilot)
        assert any("AB━" in line for line in lines)


async def test_seeded_detectors_are_said_to_find_nothing(true_colours, make_host, make_snapshot, picture):
    seeded = {n: {**DETECTORS[n], "weights": "seeded: speed only"} for n in (0, 1)}
    host = make_host()
    async with host.run_test(size=(120, 40)) as pilot:
        host.live.show_picture(picture)
        host.live.show(make_snapshot(runs=2, figures=seeded))
        text = " ".join(line[-24:].strip() for line in await rest(host, pilot))
    assert "seeded: speed only" in text
    assert "nothing" in text


@pytest.mark.parametrize("colours", ["ascii", "sixteen"])
async def test_without_many_colours_it_is_shown_enlarged_only_and_in_signs(
    colours, true_colours, monkeypatch, make_host, make_snapshot, picture
):
    if colours == "sixteen":
        monkeypatch.setenv("TERM", "linux")
        monkeypatch.delenv("COLORTERM")
    host = make_host(ascii=colours == "ascii")
    async with host.run_test(size=(120, 40)) as pilot:
        host.live.show_picture(picture)
        host.live.show(make_snapshot(runs=2, figures=DETECTORS))
        lines = await rest(host, pilot)
        assert lines[1].startswith("sports ball")
        host.live.maximize(host.live.labels)
        lines = await rest(host, pilot)
    assert not any("▀" in line or "?" in line for line in lines)
    assert any("AB sports ball ---" in line for line in lines)


async def test_without_colours_the_picture_is_grey(true_colours, monkeypatch, make_host, make_snapshot, picture):
    monkeypatch.setenv("NO_COLOR", "1")
    host = make_host()
    async with host.run_test(size=(120, 40)) as pilot:
        host.live.show_picture(picture)
        host.live.show(make_snapshot(runs=2, figures=DETECTORS))
        assert any("▀" in line for line in await rest(host, pilot))
        styles = [segment.style for strip in host.live.labels._strips for segment in strip]
    colours = {color.triplet for style in styles for color in (style.color, style.bgcolor) if color and color.triplet}
    assert len(colours) > 20
    assert all(red == green == blue for red, green, blue in colours)


async def test_a_new_probability_repaints_its_cells_and_not_the_picture(
    true_colours, make_host, make_snapshot, picture
):
    host = make_host()
    async with host.run_test(size=(120, 40)) as pilot:
        host.live.show_picture(picture)
        snapshot = make_snapshot()
        host.live.show(snapshot)
        await rest(host, pilot)
        host.live.labels.show(snapshot.runs, snapshot.verdict)
        assert not host.live.labels._repaint_regions
        labels = {"labels": (("tabby", 0.333),)}
        host.live.labels.show(make_snapshot(figures={0: labels}).runs, snapshot.verdict)
        regions = host.live.labels._repaint_regions
        assert regions
        assert all(region.x > 15 for region in regions)


@pytest.mark.skipif(sys.version_info < (3, 10), reason="the snapshot plug-in needs Python 3.10")
def test_boxes_look_as_they_did(true_colours, request, make_host, make_snapshot, hello, log, picture):
    compare = request.getfixturevalue("snap_compare")
    host = make_host()

    async def before(pilot):
        host.live.hello(hello)
        host.live.show_log(log)
        host.live.show_picture(picture)
        host.live.show(make_snapshot(runs=2, figures=DETECTORS))
        await rest(host, pilot)

    assert compare(host, run_before=before, terminal_size=(120, 40))
