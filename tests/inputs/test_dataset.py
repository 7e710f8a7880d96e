"""Data sets of labelled pictures: ImageNet in its three forms, COCO, and any folder with a list; bad lists refused."""

import json
import shutil

import pytest
from PIL import Image

from edgetop.config import asset
from edgetop.errors import BadInput
from edgetop.inputs.dataset import background, describe, open_data_set
from edgetop.inputs.labels import imagenet_labels
from edgetop.inputs.wnids import COUNT

WNIDS = [f"n{number:08d}" for number in range(1440764, 1440764 + COUNT)]
"""As many as ImageNet has, in order; which they are is no matter here."""
VALIDATION = [f"ILSVRC2012_val_{number:08d}.JPEG" for number in range(1, 7)]


@pytest.fixture
def pictures(tmp_path):
    """A folder with six pictures, named as ImageNet names them."""
    folder = tmp_path / "val"
    folder.mkdir()
    for name in VALIDATION:
        shutil.copy(asset("cat.jpg"), folder / name)
    return folder


def write(path, *lines):
    path.write_text("".join(f"{line}\n" for line in lines))
    return str(path)


# ---- ImageNet


def test_flat_with_numbers(pictures):
    write(pictures / "val.txt", *(f"{name} {number * 100}" for number, name in enumerate(VALIDATION)))
    data = open_data_set(str(pictures))
    assert data.names == tuple(VALIDATION)
    assert data.classes == (0, 100, 200, 300, 400, 500)
    assert (data.title, data.class_count) == ("ImageNet validation", 1000)
    assert data.path(2) == str(pictures / VALIDATION[2])


def test_the_list_may_lie_beside_the_folder_or_be_named(pictures, tmp_path):
    where = write(tmp_path / "val_map.txt", f"{VALIDATION[0]} 7")
    assert open_data_set(str(pictures)).classes == (7,)
    elsewhere = write(tmp_path / "mine.lst", f"{VALIDATION[0]} 8")
    assert open_data_set(str(pictures), elsewhere).classes == (8,)
    assert where != elsewhere


def test_flat_with_wnids_counts_in_their_order(pictures, tmp_path):
    write(tmp_path / "synsets.txt", *(f"{wnid} a name" for wnid in reversed(WNIDS)))
    write(pictures / "val.txt", f"{VALIDATION[0]} {WNIDS[999]}", f"{VALIDATION[1]} {WNIDS[3]}")
    assert open_data_set(str(pictures)).classes == (999, 3)


def test_some_wnids_without_a_list_of_all_are_refused(pictures):
    write(pictures / "val.txt", f"{VALIDATION[0]} {WNIDS[999]}")
    with pytest.raises(BadInput, match="1 of ImageNet's 1000 WNIDs") as refusal:
        open_data_set(str(pictures))
    assert "synsets.txt" in refusal.value.hint


def test_a_wnid_that_is_none_of_the_thousand_is_refused(pictures, tmp_path):
    write(tmp_path / "synsets.txt", *WNIDS)
    write(pictures / "val.txt", f"{VALIDATION[0]} n99999999")
    with pytest.raises(BadInput, match="n99999999 is none of the 1000"):
        open_data_set(str(pictures))


def test_folders_by_wnid_come_in_the_order_of_the_pictures(tmp_path):
    for wnid in WNIDS:
        (tmp_path / wnid).mkdir()
    for name, place in (("ILSVRC2012_val_00000002.JPEG", 5), ("ILSVRC2012_val_00000001.JPEG", 900)):
        shutil.copy(asset("cat.jpg"), tmp_path / WNIDS[place] / name)
    (tmp_path / WNIDS[5] / "notes.md").touch()
    data = open_data_set(str(tmp_path))
    assert data.names == (f"{WNIDS[900]}/ILSVRC2012_val_00000001.JPEG", f"{WNIDS[5]}/ILSVRC2012_val_00000002.JPEG")
    assert data.classes == (900, 5)
    assert data.class_count == 1000


def test_few_folders_need_a_list_of_all(tmp_path):
    (tmp_path / "val" / WNIDS[7]).mkdir(parents=True)
    shutil.copy(asset("cat.jpg"), tmp_path / "val" / WNIDS[7] / "a.jpg")
    with pytest.raises(BadInput, match="1 of ImageNet's 1000 WNIDs"):
        open_data_set(str(tmp_path / "val"))
    write(tmp_path / "synsets.txt", *WNIDS)
    assert open_data_set(str(tmp_path / "val")).classes == (7,)


def test_the_devkits_own_order_is_refused_without_its_map(pictures):
    write(pictures / "ILSVRC2012_validation_ground_truth.txt", *range(1, 7))
    with pytest.raises(BadInput, match="devkit's own order, which is not that of any model") as refusal:
        open_data_set(str(pictures))
    assert "meta.mat" in refusal.value.hint


def test_the_devkits_numbers_alone_are_refused_by_any_name(pictures):
    path = write(pictures / "val.txt", 490, 361)
    with pytest.raises(BadInput, match=r"val\.txt, line 1") as refusal:
        open_data_set(str(pictures), path)
    assert "devkit" in refusal.value.hint


def test_the_devkits_order_with_its_map(pictures):
    write(pictures / "ILSVRC2012_validation_ground_truth.txt", 1, 2, 3, 998, 999, 1000)
    write(pictures / "devkit_order.txt", *reversed(WNIDS))
    assert open_data_set(str(pictures)).classes == (999, 998, 997, 2, 1, 0)


def test_a_sorted_map_is_not_the_devkits(pictures):
    write(pictures / "ILSVRC2012_validation_ground_truth.txt", *range(1, 7))
    write(pictures / "devkit_order.txt", *WNIDS)
    with pytest.raises(BadInput, match="sorted"):
        open_data_set(str(pictures))


def test_the_devkits_meta_mat(pictures):
    io = pytest.importorskip("scipy.io")
    numpy = pytest.importorskip("numpy")
    rows = numpy.zeros((1300, 1), dtype=[("ILSVRC2012_ID", "O"), ("WNID", "O"), ("words", "O")])
    for number, wnid in enumerate([*reversed(WNIDS), *(f"n9{number:07d}" for number in range(300))]):
        rows[number, 0] = (number + 1, wnid, "a, b")
    io.savemat(pictures / "meta.mat", {"synsets": rows})
    write(pictures / "ILSVRC2012_validation_ground_truth.txt", 1, 2, 3, 998, 999, 1000)
    assert open_data_set(str(pictures)).classes == (999, 998, 997, 2, 1, 0)
    (pictures / "meta.mat").write_bytes(b"MATLAB 5.0 MAT-file" + bytes(200))
    with pytest.raises(BadInput, match=r"cannot read .*meta\.mat"):
        open_data_set(str(pictures))


def test_the_devkits_list_of_other_pictures_is_refused(pictures):
    write(pictures / "ILSVRC2012_validation_ground_truth.txt", 1, 2, 3)
    write(pictures / "devkit_order.txt", *reversed(WNIDS))
    with pytest.raises(BadInput, match=r"3 labels, and .* has 6 pictures"):
        open_data_set(str(pictures))


# ---- any list


def test_labels_as_numbers_names_tabs_and_commas(tmp_path):
    for name in ("a.jpg", "b b.jpg", "c.jpg"):
        shutil.copy(asset("coffee.jpg"), tmp_path / name)
    path = write(tmp_path / "labels.txt", "# mine", "", "a.jpg 2", "b b.jpg\tred wine", "c.jpg, Espresso")
    data = open_data_set(str(tmp_path), "", ("espresso", "red wine", "cup"))
    assert data.names == ("a.jpg", "b b.jpg", "c.jpg")
    assert data.classes == (2, 1, 0)
    assert data.title == "labelled pictures" and data.class_count == 0
    assert data.largest_at == f"{path}, line 3"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("a.jpg", r"line 2: no name and label in 'a\.jpg'"),
        ("a.jpg tabbby", "line 2: no class is called 'tabbby'"),
        ("a.jpg twice", "line 2: two classes are called 'twice'"),
        ("b.jpg 5", r"line 2: b\.jpg stands in line 1 too"),
        ("a.jpg -1", "line 2: no class is called '-1'"),
    ],
)
def test_a_bad_line_is_told_with_its_number(tmp_path, line, told):
    shutil.copy(asset("cat.jpg"), tmp_path / "b.jpg")
    write(tmp_path / "labels.txt", "b.jpg 1", line)
    with pytest.raises(BadInput, match=told):
        open_data_set(str(tmp_path), "", (*imagenet_labels(), "Twice", "twice"))


def test_a_list_that_is_empty_or_no_text_is_refused(tmp_path):
    (tmp_path / "labels.txt").write_bytes(b"")
    with pytest.raises(BadInput, match="is empty"):
        open_data_set(str(tmp_path))
    (tmp_path / "labels.txt").write_bytes(b"\xff\xfe\x00a")
    with pytest.raises(BadInput, match="cannot read"):
        open_data_set(str(tmp_path))


def test_a_list_of_other_pictures_is_refused(tmp_path):
    write(tmp_path / "labels.txt", "x.jpg 1", "y.jpg 2")
    with pytest.raises(BadInput, match=r"\.txt: none of its 2 pictures is in .*: x\.jpg"):
        open_data_set(str(tmp_path))


def test_what_is_no_data_set_is_refused(tmp_path):
    with pytest.raises(BadInput, match=r"nothing in .* tells what its pictures show"):
        open_data_set(str(tmp_path))
    with pytest.raises(BadInput, match="no folder at"):
        open_data_set(str(tmp_path / "none"))
    with pytest.raises(BadInput, match="no file at"):
        open_data_set(str(tmp_path), str(tmp_path / "none.txt"))


@pytest.mark.parametrize(("outputs", "before"), [(1000, 0), (1001, 1)])
def test_a_background_is_told_by_the_number_of_outputs(pictures, outputs, before):
    write(pictures / "val.txt", f"{VALIDATION[0]} 999")
    assert background(open_data_set(str(pictures)), outputs, 1000) == before


@pytest.mark.parametrize("outputs", [10, 999, 1002])
def test_a_model_of_other_classes_is_refused(pictures, outputs):
    write(pictures / "val.txt", f"{VALIDATION[0]} 9")
    with pytest.raises(BadInput, match=f"{outputs} classes apart, and ImageNet validation has 1000"):
        background(open_data_set(str(pictures)), outputs, outputs)


def test_a_list_that_counts_from_1_is_refused_with_its_line(pictures):
    write(pictures / "val.txt", f"{VALIDATION[0]} 1", f"{VALIDATION[1]} 1000")
    with pytest.raises(BadInput, match=r"val\.txt, line 2: class 1000, and there are 1000") as refusal:
        background(open_data_set(str(pictures)), 1001, 1000)
    assert "counts from 1" in refusal.value.hint


def test_the_hash_is_of_names_and_labels(pictures):
    lists = (("a", 1, 2), ("b", 1, 2), ("c", 1, 3))
    sums = {}
    for name, *classes in lists:
        path = write(pictures / f"{name}.txt", *(f"{VALIDATION[n]} {label}" for n, label in enumerate(classes)))
        sums[name] = open_data_set(str(pictures), path).sha256
    assert sums["a"] == sums["b"] != sums["c"]


def test_a_part_is_described_as_one(pictures):
    write(pictures / "val.txt", *(f"{name} 1" for name in VALIDATION))
    data = open_data_set(str(pictures))
    assert describe(data, 2).startswith("ImageNet validation, the first 2 of 6 pictures, list ")
    assert describe(data, 0).startswith("ImageNet validation, all 6 pictures, list ")


# ---- COCO


@pytest.fixture
def coco(tmp_path):
    """COCO as it is unpacked: val2017 and annotations beside it."""
    (tmp_path / "val2017").mkdir()
    (tmp_path / "annotations").mkdir()
    images = []
    for number, size in ((25, (64, 48)), (9, (32, 32))):
        name = f"{number:012d}.jpg"
        Image.new("RGB", size).save(tmp_path / "val2017" / name)
        images.append({"id": number, "file_name": name, "width": size[0], "height": size[1]})
    box = {"id": 3, "image_id": 9, "category_id": 90, "bbox": [1, 2, 3, 4], "area": 12, "segmentation": [[1.0] * 50]}
    content = {
        "images": images,
        "annotations": [{**box, "iscrowd": 0}],
        "categories": [{"id": 1, "name": "person"}, {"id": 90, "name": "toothbrush"}],
    }
    (tmp_path / "annotations" / "instances_val2017.json").write_text(json.dumps(content))
    return tmp_path


def change(coco, **changes):
    path = coco / "annotations" / "instances_val2017.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_coco_is_found_from_its_root_and_from_its_pictures(coco):
    for folder in (coco, coco / "val2017"):
        data = open_data_set(str(folder))
        assert data.names == ("000000000025.jpg", "000000000009.jpg"), "in the order of the file"
        assert data.finds_boxes
        assert data.path(0) == str(coco / "val2017" / "000000000025.jpg")


def test_coco_knows_its_gapped_numbers_and_keeps_no_outlines(coco):
    truth = open_data_set(str(coco)).truth
    assert truth.numbers_of(("person", "hat", "toothbrush")) == {"person": 1, "toothbrush": 90}
    part = truth.part({9})
    assert [box["category_id"] for box in part["annotations"]] == [90]
    assert "segmentation" not in part["annotations"][0]
    assert truth.part({25})["annotations"] == []


def test_annotations_of_another_set_are_refused(coco):
    change(coco, images=[{"id": 9, "file_name": "train.jpg", "width": 1, "height": 1}])
    with pytest.raises(BadInput, match=r"\.json: none of its 1 pictures is in .*: train\.jpg"):
        open_data_set(str(coco))


def test_categories_that_no_model_knows_are_refused(coco):
    change(coco, categories=[{"id": 90, "name": "weld"}])
    with pytest.raises(BadInput, match="no category of the annotations is a label of the model: weld"):
        open_data_set(str(coco)).truth.numbers_of(("person",))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"annotations": [{"id": 1}]}, "no annotations of boxes"),
        ({"annotations": []}, "no images, no categories or no annotations"),
        ({"images": [{"id": 25, "file_name": "a", "width": 1, "height": 1}] * 2}, "stands twice"),
        ({"categories": [{"id": 1, "name": "person"}]}, "annotation 3 is of an image or category that is not there"),
    ],
)
def test_damaged_annotations_are_told(coco, changes, told):
    change(coco, **changes)
    with pytest.raises(BadInput, match=told):
        open_data_set(str(coco))


def test_annotations_that_are_no_json_are_told(coco):
    (coco / "annotations" / "instances_val2017.json").write_text("{")
    with pytest.raises(BadInput, match="cannot read"):
        open_data_set(str(coco))
