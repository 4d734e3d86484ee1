"""The tagger: what it is shown, which checkpoints it takes, and that it runs without torch."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

import pytest

from extractors.narrative.encoding import EARLIER, LATER, MAX_TOKENS, SAME_YEAR, TARGET, Window, windows
from extractors.narrative.judge import guess
from extractors.narrative.passages import passage
from extractors.narrative.tagger import load_tagger, tagger_digest
from extractors.options import NO_TAGGER, ExtractOptions
from models.errors import DependencyError, UnusableModel
from models.facts import OTHER, fact_types

REPOSITORY = Path(__file__).resolve().parents[2]
MODEL = Path(str(files("extractors.narrative.model")))


def windows_of(text: str, title: str = "一、总体情况", year: int | None = 2023) -> list[Window]:
    one = passage(title, text)
    return list(windows(one.flat.text, one.found, one.around, year))


def test_the_value_is_hidden_and_the_unit_is_shown() -> None:
    few, many = windows_of("网站公开信息3条。"), windows_of("网站公开信息约4.6万条。")
    assert few == many
    assert f"公开信息{TARGET}条" in "".join(few[0].chars)


def test_years_are_told_by_their_order() -> None:
    (window,) = windows_of("2023年公开12条，比2022年多3条，2024年公开15条。")
    shown = "".join(window.chars)
    assert f"{SAME_YEAR}年公开" in shown and f"比{EARLIER}年" in shown and f"{LATER}年公开" in shown


def test_every_figure_of_a_long_sentence_is_shown_once_with_words_before_it() -> None:
    text = "，".join(f"通过门户网站的专题专栏公开各类信息{number}条" for number in range(30)) + "。"
    shown = windows_of(text)
    assert len(shown) > 1
    assert sorted(index for window in shown for _, index in window.marks) == list(range(30))
    assert all(window.chars[place] == TARGET for window in shown for place, _ in window.marks)
    assert all(len(window.chars) + 2 <= MAX_TOKENS for window in shown)


def test_the_files_are_those_that_the_manifest_names() -> None:
    import hashlib

    manifest = json.loads((MODEL / "manifest.json").read_text("utf-8"))
    assert {"config.json", "model.onnx", "model.safetensors", "tokenizer.json"} <= set(manifest["files"])
    found = {name: hashlib.sha256((MODEL / name).read_bytes()).hexdigest() for name in manifest["files"]}
    assert found == manifest["files"]


def test_its_labels_are_the_types_there_are() -> None:
    labels = json.loads((MODEL / "config.json").read_text("utf-8"))["id2label"]
    assert set(labels.values()) == {OTHER, *fact_types()}


def test_a_figure_is_typed_by_its_sentence() -> None:
    one = passage("一、总体情况", "“平安清江”微信公众号推送图文192条，粉丝3万人。")
    tagger = load_tagger()
    assert tagger is not None
    (found,) = guess([one], 2023, tagger)
    assert [found[index].kind for index in sorted(found)] == ["disclosed_wechat", "followers"]
    assert all(0 < found[index].sure <= 1 for index in found)


def test_it_runs_where_there_is_no_torch() -> None:
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from extractors.narrative.tag import Section, facts\n"
        "(one,) = facts([Section('一、总体情况', '通过门户网站公开信息223条。')], year=2023, organ=None)\n"
        "assert (one.type, one.by) == ('disclosed_website', 'both'), one\n"
        "assert 'transformers' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_another_checkpoint_is_loaded_from_its_folder(tmp_path: Path) -> None:
    for name in ("config.json", "model.onnx", "tokenizer.json"):
        shutil.copy(MODEL / name, tmp_path)
    one = passage("一、总体情况", "举办新闻发布会5场。")
    other, own = load_tagger(str(tmp_path)), load_tagger()
    assert other is not None and own is not None
    assert guess([one], 2023, other) == guess([one], 2023, own)


@pytest.mark.skipif(find_spec("torch") is None, reason="torch is not installed (pip install -e '.[train]')")
def test_a_transformers_checkpoint_says_the_same_as_its_onnx(tmp_path: Path) -> None:
    for name in ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"):
        shutil.copy(MODEL / name, tmp_path)
    one = passage("一、总体情况", "举办新闻发布会5场，“鑫淼水利”公众号推送192条，回应关切7次。")
    with_torch, with_onnx = load_tagger(str(tmp_path)), load_tagger()
    assert with_torch is not None and with_onnx is not None
    theirs, ours = guess([one], 2023, with_torch)[0], guess([one], 2023, with_onnx)[0]
    assert [theirs[index].kind for index in theirs] == [ours[index].kind for index in theirs]
    assert [theirs[index].sure for index in theirs] == pytest.approx([ours[index].sure for index in theirs], abs=1e-4)


def test_without_torch_a_transformers_checkpoint_names_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(MODEL / "config.json", tmp_path)
    monkeypatch.setattr("extractors.narrative.tagger.find_spec", lambda name: None)
    with pytest.raises(DependencyError) as caught:
        load_tagger(str(tmp_path))
    assert "pip install torch" in caught.value.hint


def test_a_checkpoint_for_something_else_is_refused(tmp_path: Path) -> None:
    for name in ("config.json", "model.onnx", "tokenizer.json"):
        shutil.copy(MODEL / name, tmp_path)
    config = json.loads((tmp_path / "config.json").read_text("utf-8"))
    config["id2label"] = {"0": "PER", "1": "LOC"}
    (tmp_path / "config.json").write_text(json.dumps(config), "utf-8")
    with pytest.raises(UnusableModel, match="LOC, PER"):
        load_tagger(str(tmp_path))


def test_a_folder_without_a_checkpoint_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="config"):
        ExtractOptions(tagger_model=str(tmp_path))
    with pytest.raises(UnusableModel):
        load_tagger(str(tmp_path))


def test_taggers_are_told_apart_by_their_files(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}", "utf-8")
    before = tagger_digest(str(tmp_path))
    (tmp_path / "config.json").write_text("{ }", "utf-8")
    assert len({before, tagger_digest(str(tmp_path)), tagger_digest(NO_TAGGER)}) == 3
