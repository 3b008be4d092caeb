"""What the explorer knows, without widgets: every action, and answers that come late, out of order, or not at all."""

from operator import is_
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, precondition, rule

from pai_notebook.comparison.view import against
from pai_notebook.display.width import cells
from pai_notebook.errors import FetchErrors, PaiError, VersionNotFound
from pai_notebook.explorer.controls import STYLE, Controls, status_html
from pai_notebook.explorer.listing import COLUMNS, QUICK, WINDOW, VersionList, each
from pai_notebook.explorer.state import ExplorerState
from pai_notebook.model.address import parse_address
from pai_notebook.model.order import version_key
from pai_notebook.model.registered_model import Model
from pai_notebook.model.version import ModelVersion
from pai_notebook.python_source import step
from pai_notebook.versions.versions import VersionSet
from tests.examples import examples

PHASES = {"empty", "searching", "nothing", "loading", "partly", "failed", "cancelled", "stale", "ready"}
MODELS = {"model-a": ["0.1.0", "0.2.0", "0.10.0", "1.0.0_rc2"], "model-b": ["2.0.0"], "model-c": []}


def version(name, model="model-a", approval="Pending", **metrics):
    return ModelVersion.from_document({"VersionName": name, "ApprovalStatus": approval, "Metrics": metrics or {"cer": 0.2}}, model)


def model(model_id, name="", latest="", approval=""):
    """A model of a list, with its latest version."""
    newest = {"VersionName": latest, "ApprovalStatus": approval} if latest else {}
    return Model({"ModelId": model_id, "ModelName": name, "LatestVersion": newest})


def labelled(name, approval, **labels):
    pairs = [{"Key": key, "Value": value} for key, value in labels.items()]
    return ModelVersion.from_document({"VersionName": name, "ApprovalStatus": approval, "Labels": pairs}, "model-a")


def version_set(*names, model="model-a", errors=None):
    return VersionSet([version(name, model) for name in names], errors)


# what a state needs of a comparison
DONE = SimpleNamespace(versions=(), baseline_place=None, baseline_name="0.1.0", fingerprint="", report=Path)


def listing(names, model="model-a"):
    """What a list of versions brings."""
    return [version(name, model) for name in names]


def chosen(*names, model="model-a"):
    """A state in which versions of a model are listed and some are picked."""
    state = ExplorerState()
    job = state.choose_model(model)
    state.take(job, listing(MODELS[model], model))
    state.pick(names)
    return state


def fetched(*names, model="model-a", **options):
    """A state in which versions were fetched and their comparison is under way."""
    state = chosen(*names, model=model)
    job = state.fetch()
    state.take(job, version_set(*names, model=model, **options))
    return state


def job_of(state, lane):
    return state.waiting[lane]


def found(models, *, more=False):
    """What a search brings."""
    return models, more, {}


class TestModels:
    def test_a_search_asks_for_models_and_takes_the_answer(self):
        state = ExplorerState()
        job = state.find(" 数字 ")
        assert job.about == "数字"
        assert state.waiting
        assert state.take(job, found([model("model-a", "手写数字识别"), model("model-b", "数字去噪")]))
        assert not state.waiting
        assert state.status == "2 models found."

    @pytest.mark.parametrize(
        ("query", "models", "chosen"),
        [
            ("数字", [model("model-a", "手写数字识别")], "model-a"),
            ("digits", [model("model-a", "digits-small"), model("model-b", "digits")], "model-b"),
            ("digits", [model("model-a", "digits"), model("model-b", "digits")], ""),
            ("digit", [model("model-a", "digits"), model("model-b", "digits-small")], ""),
            ("model-rbvg5wfo5d0gngz1b8", [], "model-rbvg5wfo5d0gngz1b8"),
            ("nothing", [], ""),
            ("", [model("model-a", "digits")], ""),
        ],
    )
    def test_a_search_that_can_only_mean_one_model_chooses_it(self, query, models, chosen):
        state = ExplorerState()
        state.take(state.find(query), found(models))
        assert state.model_id == chosen
        assert [job.about for job in state.waiting.values()] == ([chosen] if chosen else [])

    def test_the_same_search_twice_is_one_while_it_is_awaited(self):
        state = ExplorerState()
        job = state.find("x")
        assert state.find("x") is None
        assert list(state.waiting.values()) == [job]

    def test_a_search_made_again_from_the_versions_shows_the_models_while_it_is_awaited(self):
        state = chosen("0.1.0")
        state.find("x")
        state.go("versions")
        assert state.find("x") is None
        assert state.place == "models"

    def test_the_answer_to_an_earlier_search_is_dropped(self):
        state = ExplorerState()
        early, late = state.find("a"), state.find("b")
        assert not state.take(early, found([model("model-a")]))
        assert state.take(late, found([model("model-b")]))
        assert [each.model_id for each in state.models.found] == ["model-b"]

    def test_it_says_that_there_is_more_than_is_listed(self):
        state = ExplorerState()
        state.take(state.find(), found([model("model-a")], more=True))
        assert "narrow the search" in state.status

    def test_no_model_is_told(self):
        state = ExplorerState()
        state.take(state.find("nothing"), found([]))
        assert state.status.startswith("No model matches “nothing”. Searched in names")
        assert state.phase == "nothing"

    def test_a_line_of_the_list_chooses_its_model(self):
        state = ExplorerState()
        state.take(state.find(), found([model("model-a", "digits", "0.1.0", "Approved"), model("model-b", "wine")]))
        assert state.find("digits · latest 0.1.0 ✓ Approved").about == "model-a"

    def test_a_search_without_a_hit_keeps_the_name_of_the_model_and_shows_no_version(self):
        state = ExplorerState()
        state.take(state.find("digits"), found([model("model-a", "digits")]))
        state.take(job_of(state, "versions"), listing(MODELS["model-a"]))
        state.take(state.find("zzzz"), found([]))
        assert (state.place, state.models.name("model-a"), state.models.found) == ("models", "digits", ())
        state.go("versions")
        assert [line.version_name for line in state.listing.window] == ["1.0.0_rc2", "0.10.0", "0.2.0", "0.1.0"]


class TestVersions:
    def test_choosing_a_model_lists_its_versions_highest_first_in_natural_order(self):
        state = chosen()
        assert [line.version_name for line in state.listing.window] == ["1.0.0_rc2", "0.10.0", "0.2.0", "0.1.0"]

    def test_choosing_another_model_drops_the_answer_to_the_first(self):
        state = ExplorerState()
        first, second = state.choose_model("model-a"), state.choose_model("model-b")
        assert not state.take(first, [version("0.1.0")])
        assert state.listing.lines == ()
        assert state.take(second, [version("2.0.0")])

    def test_choosing_a_model_forgets_the_picks_of_the_one_before(self):
        state = chosen("0.1.0")
        state.choose_model("model-b")
        assert state.picks == {}

    def test_picks_stay_across_models_when_told_so(self):
        state = chosen("0.1.0", "0.2.0")
        state.keep(picks=True)
        state.take(state.choose_model("model-b"), [version("2.0.0")])
        state.pick(["2.0.0"])
        assert [str(address) for address in state.addresses] == ["model-a@0.1.0,0.2.0", "model-b@2.0.0"]
        assert state.status == "3 versions of 2 models picked."
        state.keep(picks=False)
        assert list(state.picks) == ["model-b"]

    def test_listing_again_drops_picks_of_versions_that_are_gone(self):
        state = chosen("0.1.0", "0.2.0")
        state.take(state.choose_model("model-a"), [version("0.2.0")])
        assert state.picks == {"model-a": ("0.2.0",)}

    def test_picks_outside_a_narrowed_list_stay(self):
        state = chosen("0.1.0", "0.2.0")
        state.listing.narrow("0.2")
        assert [line.version_name for line in state.listing.window] == ["0.2.0"]
        state.pick([])
        assert state.picks == {"model-a": ("0.1.0",)}

    def test_only_what_is_shown_can_be_picked(self):
        state = chosen()
        state.listing.narrow("0.2")
        state.pick(["0.2.0", "0.1.0", "9.9.9"])
        assert state.picks == {"model-a": ("0.2.0",)}

    @pytest.mark.parametrize(
        ("text", "picks"),
        [
            ("latest", ("1.0.0_rc2",)),
            ("last:2", ("0.10.0", "1.0.0_rc2")),
            ("0.1.0..0.10.0", ("0.1.0", "0.2.0", "0.10.0")),
            (" 0.2.0, 0.1.0 ", ("0.1.0", "0.2.0")),
            ("0.1*", ("0.1.0", "0.10.0")),
            ("", ()),
        ],
    )
    def test_versions_are_picked_by_typing_too(self, text, picks):
        state = chosen()
        state.pick_more(text)
        assert state.picks == ({"model-a": picks} if picks else {})
        assert state.error is None

    def test_typing_adds_to_what_is_picked_shown_or_not(self):
        state = chosen("0.1.0")
        state.listing.narrow("nothing like it")
        state.pick_more("0.2.0")
        assert state.picks == {"model-a": ("0.1.0", "0.2.0")}

    @pytest.mark.parametrize(("text", "hint"), [("0.2.1", "Nearest is 0.2.0."), ("approved", "Choose one by name"), ("!!", "Write MODEL")])
    def test_typing_what_is_not_there_picks_nothing_and_says_why(self, text, hint):
        state = chosen("0.1.0")
        with state.trying("act"):
            state.pick_more(text)
        assert state.picks == {"model-a": ("0.1.0",)}
        assert hint in state.error.hint
        state.pick(["0.2.0"])
        assert state.error is None

    def test_clearing_picks_nothing(self):
        state = chosen("0.1.0")
        state.clear()
        assert (state.picks, state.status) == ({}, "Nothing picked.")

    def test_of_five_thousand_versions_a_window_is_shown_and_any_is_found(self):
        state = ExplorerState()
        state.take(state.choose_model("model-x"), listing([f"0.{n}.0" for n in range(5000)], "model-x"))
        assert len(state.listing.window) == WINDOW
        assert str(state.listing) == "200 of 5,000 · sort or filter to see others"
        assert state.listing.window[0].version_name == "0.4999.0"
        state.listing.sort("version")
        assert state.listing.window[0].version_name == "0.0.0"
        state.listing.narrow("0.333")
        assert str(state.listing) == "11 of 5,000"


class TestFiltering:
    LINES = (
        labelled("0.1.0", "Approved", env="prod", 所有者="张三"),
        labelled("0.2.0_RC1", "Pending", env="test"),
        labelled("0.3.0", ""),
    )

    @pytest.mark.parametrize(
        ("text", "names"),
        [
            ("", ["0.1.0", "0.2.0_RC1", "0.3.0"]),
            ("rc", ["0.2.0_RC1"]),
            ("0.2 rc1", ["0.2.0_RC1"]),
            ("approved", ["0.1.0"]),
            ("env=prod", ["0.1.0"]),
            ("env=pro", []),
            ("env", ["0.1.0", "0.2.0_RC1"]),
            ("张", ["0.1.0"]),
            ("0 pending test", ["0.2.0_RC1"]),
        ],
    )
    def test_words_add_up(self, text, names):
        listed = VersionList()
        listed.show(self.LINES)
        listed.sort("version")
        listed.narrow(text)
        assert [line.version_name for line in listed.window] == names

    def test_a_window_of_nothing_is_empty(self):
        assert (VersionList().window, str(VersionList())) == ((), "0 of 0")


class TestFetching:
    def test_nothing_picked_fetches_nothing_and_says_so(self):
        state = chosen()
        assert state.fetch() is None
        assert state.status == "Pick at least one version first."

    def test_what_is_picked_is_fetched_and_then_compared(self):
        state = chosen("0.2.0", "0.10.0")
        job = state.fetch()
        assert job.about == ((parse_address("model-a@0.2.0,0.10.0"),), False)
        assert state.take(job, version_set("0.2.0", "0.10.0"))
        compare = job_of(state, "compare")
        comparison = state.results.compare()
        assert state.take(compare, comparison)
        assert state.comparison is comparison
        # as the line above the verdict: the baseline is not counted
        assert state.status == "1 version compared with 0.2.0."
        assert str(against(comparison)).startswith("1 version against 0.2.0")

    def test_the_same_click_twice_is_one(self):
        state = chosen("0.2.0")
        job = state.fetch()
        assert state.fetch() is None
        assert list(state.waiting.values()) == [job]

    def test_another_pick_while_fetching_replaces_what_was_asked(self):
        state = chosen("0.2.0")
        early = state.fetch()
        state.pick(["0.1.0"])
        late = state.fetch()
        assert not state.take(early, version_set("0.2.0"))
        assert len(state.results) == 0
        state.take(late, version_set("0.1.0"))
        assert state.results[0].version_name == "0.1.0"

    def test_fetching_what_is_shown_asks_the_service_again(self):
        state = fetched("0.2.0")
        assert state.fetch().about[1]

    def test_a_failure_keeps_what_was_there(self):
        state = fetched("0.2.0")
        job = state.fetch()
        error = PaiError("no answer")
        assert state.failed(job, error)
        assert state.error is error
        assert len(state.results) == 1
        assert (state.status, state.phase) == ("This did not work.", "failed")

    @pytest.mark.parametrize(
        "action", ["find", "fetch", "clear", lambda state: state.pick(["0.1.0"]), lambda state: state.choose_model("model-b")]
    )
    def test_the_next_action_ends_an_error(self, action):
        state = chosen("0.2.0")
        state.failed(state.fetch(), PaiError("no answer"))
        assert state.error is not None
        (action if callable(action) else lambda state: getattr(state, action)())(state)
        assert state.error is None

    def test_a_deleted_version_becomes_the_error_and_the_others_are_shown(self):
        gone = VersionNotFound("no version 0.1.0 in model-a")
        state = fetched("0.1.0", "0.2.0", errors={"model-a@0.1.0": gone})
        assert state.error is gone

    def test_a_fetch_that_brings_nothing_keeps_what_was_there_and_what_was_being_compared(self):
        gone = VersionSet(
            errors={"model-a@9.9.9": VersionNotFound("no version 9.9.9 in model-a", model_id="model-a", version_name="9.9.9")}
        )
        for answered in (True, False):
            state = fetched("0.1.0", "0.2.0")
            before = state.results
            if answered:
                state.take(job_of(state, "compare"), DONE)
            job = state.fetch([parse_address("model-a@9.9.9")])
            assert state.take(job, gone)
            assert (state.results, state.names, state.addresses) == (before, ("0.1.0", "0.2.0"), (parse_address("model-a@0.1.0,0.2.0"),))
            assert isinstance(state.error, VersionNotFound)
            assert state.comparison == (DONE if answered else None)
            assert answered or state.take(job_of(state, "compare"), DONE)
            assert (state.comparison, state.phase) == (DONE, "failed")
            assert state.failed(state.fetch([parse_address("model-a@9.9.9")]), PaiError("no network"))
            assert (state.results, state.comparison) == (before, DONE)
        state = fetched("0.1.0", "0.2.0")
        assert state.failed(state.fetch([parse_address("model-a@9.9.9")]), PaiError("no network"))
        assert job_of(state, "compare").about[0] == state.results

    def test_a_comparison_goes_on_while_other_versions_are_fetched(self):
        state = fetched("0.1.0", "0.2.0")
        compare, job = job_of(state, "compare"), state.fetch([parse_address("model-a@0.10.0")])
        assert state.take(compare, DONE)
        assert (state.comparison, state.status) == (DONE, "Fetching versions …")
        assert state.failed(job, PaiError("no network"))
        assert state.comparison is DONE
        state.set_terms(only="all")
        job = state.fetch([parse_address("model-a@0.10.0")])
        state.failed(job_of(state, "compare"), PaiError("cannot be compared"))
        state.take(job, version_set("0.10.0"))
        assert (state.error, state.status) == (None, "1 version fetched.")

    def test_several_failures_become_one_error_that_names_them_all(self):
        gone = {f"model-a@{name}": VersionNotFound(name) for name in ("0.1.0", "0.2.0")}
        state = fetched("0.10.0", errors=gone)
        assert isinstance(state.error, FetchErrors)
        assert set(state.error.errors) == set(gone)

    def test_progress_is_known_only_while_it_is_awaited(self):
        state = chosen("0.1.0", "0.2.0")
        job = state.fetch()
        job.progress = 1, 2
        assert state.progress == (1, 2)
        state.cancel()
        job.progress = 2, 2
        assert state.progress is None

    def test_cancelling_changes_nothing_and_drops_every_answer(self):
        state = fetched("0.1.0", "0.2.0")
        compare = job_of(state, "compare")
        job = state.fetch()
        search = state.find("x")
        state.cancel()
        assert (state.waiting, state.phase) == ({}, "cancelled")
        assert not state.take(job, version_set("0.10.0"))
        assert not state.take(search, found([model("model-z")]))
        assert not state.take(compare, "late")
        assert [each.version_name for each in state.results] == ["0.1.0", "0.2.0"]

    def test_addresses_of_any_form_are_fetched_and_become_the_picks(self):
        state = ExplorerState()
        job = state.fetch([parse_address("model-a@last:2")])
        state.take(job, version_set("0.2.0", "0.10.0"))
        assert state.picks == {"model-a": ("0.2.0", "0.10.0")}
        assert state.model_id == "model-a"
        assert job_of(state, "versions").about == "model-a"

    def test_versions_of_several_models_are_named_with_their_model(self):
        state = ExplorerState()
        state.adopt(version_set("0.1.0") + version_set("0.1.0", model="model-b"))
        assert state.keep_picks
        assert state.names == ("model-a@0.1.0", "model-b@0.1.0")

    def test_an_empty_set_can_be_shown(self):
        state = ExplorerState()
        assert state.adopt(VersionSet()) is None
        assert (state.results, state.names, state.card, state.shown.version) == (VersionSet(), (), "", None)


class TestASetAsItWasGiven:
    """Nobody has picked its versions, so the first pick is a pick of its own."""

    def given(self):
        state = ExplorerState()
        state.adopt(version_set("0.1.0", "0.2.0", "0.10.0", "0.11.0"), given=True)
        state.take(job_of(state, "versions"), listing(("0.1.0", "0.2.0", "0.10.0", "0.11.0")))
        return state

    def test_what_is_typed_first_is_picked_and_nothing_else(self):
        state = self.given()
        state.take(job_of(state, "compare"), DONE)
        assert (len(state.results), state.picks, state.phase) == (4, {}, "ready")
        state.pick_more("0.2.0..0.10.0")
        assert state.picks == {"model-a": ("0.2.0", "0.10.0")}
        assert state.status == "2 versions picked."
        state.pick_more("0.1.0")
        assert state.picks == {"model-a": ("0.1.0", "0.2.0", "0.10.0")}

    def test_picks_that_somebody_changed_are_added_to(self):
        state = self.given()
        state.pick(["0.1.0", "0.11.0"])
        state.pick_more("0.2.0")
        assert state.picks == {"model-a": ("0.1.0", "0.2.0", "0.11.0")}

    def test_picks_that_were_asked_for_are_added_to(self):
        state = ExplorerState()
        state.adopt(version_set("0.1.0", "0.2.0"))
        state.take(job_of(state, "versions"), listing(("0.1.0", "0.2.0", "0.3.0")))
        state.pick_more("0.3.0")
        assert state.picks == {"model-a": ("0.1.0", "0.2.0", "0.3.0")}

    def test_what_is_not_there_is_named_and_the_rest_is_picked(self):
        state = self.given()
        state.pick_more("0.2.0,9.9.9")
        assert (state.picks, state.status) == ({"model-a": ("0.2.0",)}, "1 version picked.")
        assert "no version 9.9.9" in str(state.error)


class TestComparing:
    def test_one_version_has_nothing_to_be_compared_with(self):
        state = fetched("0.2.0")
        assert not state.waiting
        assert state.comparison is None

    def test_the_baseline_is_chosen_by_the_default_rule_until_somebody_chooses(self):
        state = chosen("0.1.0", "0.2.0")
        state.take(state.fetch(), VersionSet([version("0.1.0", approval="Approved"), version("0.2.0")]))
        assert state.baselines[:8] == ("", "approved", "previous", "latest", "highest", "first", "0.1.0", "0.2.0")
        assert state.terms["baseline"] == ""

    def test_approved_is_offered_only_where_a_version_is_approved(self):
        state = fetched("0.1.0", "0.2.0")
        assert state.baselines == ("", "previous", "latest", "highest", "first", "0.1.0", "0.2.0", "1.0.0_rc2", "0.10.0")
        assert state.terms["baseline"] == ""

    def test_approved_is_offered_where_a_version_that_is_not_picked_is_approved(self):
        state = ExplorerState()
        lines = [version("0.1.0"), version("0.2.0"), version("0.3.0", approval="Approved")]
        state.take(state.choose_model("model-a"), lines)
        state.pick(["0.1.0", "0.2.0"])
        state.take(state.fetch(), version_set("0.1.0", "0.2.0"))
        assert "approved" in state.baselines

    def test_approved_is_offered_where_the_list_is_not_known(self):
        state = ExplorerState()
        state.adopt(VersionSet([version("0.1.0", "model-a"), version("0.1.0", "model-b")]))
        assert "approved" in state.baselines

    def test_changing_terms_compares_anew_and_the_last_change_wins(self):
        state = fetched("0.1.0", "0.2.0")
        first = state.set_terms(baseline="0.2.0")
        second = state.set_terms(only="all")
        assert second.about[1] == {"baseline": "0.2.0", "only": "all"}
        assert not state.take(first, "early")
        assert state.take(second, DONE)

    def test_terms_that_do_not_change_compute_nothing(self):
        state = fetched("0.1.0", "0.2.0")
        state.take(job_of(state, "compare"), DONE)
        assert state.set_terms(baseline=state.terms["baseline"]) is None
        assert state.comparison is DONE

    def test_a_baseline_of_the_list_stays_whatever_is_picked_and_shown(self):
        state = chosen("0.1.0", "0.2.0")
        state.set_terms(baseline="0.2.0")
        state.listing.narrow("0.1")
        state.pick(["0.1.0", "0.10.0"])
        state.take(state.fetch(), version_set("0.1.0", "0.10.0"))
        assert state.terms["baseline"] == "0.2.0"
        assert "0.2.0" in state.baselines

    def test_a_baseline_of_another_model_is_replaced(self):
        state = fetched("0.1.0", "0.2.0")
        state.set_terms(baseline="0.2.0")
        state.adopt(version_set("2.0.0", model="model-b"))
        assert state.terms["baseline"] == ""

    @pytest.mark.parametrize(
        ("text", "globs"),
        [("", []), ("cer", ["*cer*"]), ("cer, f1*", ["*cer*", "f1*"]), (" a.b  [ab]c ,,", ["*a.b*", "[ab]c"]), ("错误率", ["*错误率*"])],
    )
    def test_metric_words_become_globs(self, text, globs):
        state = fetched("0.1.0", "0.2.0")
        state.set_metrics(text)
        assert state.arguments.get("include", []) == globs

    def test_a_direction_is_told_and_taken_back(self):
        state = fetched("0.1.0", "0.2.0")
        assert state.set_direction("max") is None
        assert state.choose_metric("cer").about[1] == {"by": "cer"}
        assert state.set_direction("max").about[1] == {"by": "cer", "directions": {"cer": "max"}}
        assert state.set_direction("").about[1] == {"by": "cer"}

    def test_the_direction_of_a_metric_that_is_gone_or_no_longer_chosen_is_forgotten(self):
        state = fetched("0.1.0", "0.2.0")
        for leave in (lambda: state.take(state.fetch(), version_set("0.1.0", "0.2.0")), lambda: state.choose_metric("")):
            state.choose_metric("cer")
            state.set_direction("max")
            state.take(state.fetch(), VersionSet([version("0.1.0", wer=1), version("0.2.0", wer=2)]))
            assert state.arguments == {}
            leave()
            assert state.arguments == {}

    def test_a_comparison_that_fails_leaves_none(self):
        state = fetched("0.1.0", "0.2.0")
        state.take(job_of(state, "compare"), DONE)
        state.failed(state.set_terms(baseline="0.2.0"), PaiError("cannot be compared"))
        assert state.comparison is None
        assert str(state.error) == "cannot be compared"


class TestPhases:
    """Every state of the explorer can be reached, and each says something else."""

    def reached(self):
        empty = ExplorerState()
        empty.take(empty.find(), found([]))
        searching = ExplorerState()
        searching.find("digits")
        nothing = ExplorerState()
        nothing.take(nothing.find("zzzz"), found([]))
        loading = chosen("0.1.0")
        loading.fetch()
        partly = fetched("0.1.0", "0.2.0", errors={"model-a@0.3.0": VersionNotFound("no version 0.3.0")})
        partly.take(job_of(partly, "compare"), DONE)
        failed = chosen("0.1.0")
        failed.failed(failed.fetch(), PaiError("no answer"))
        cancelled = chosen("0.1.0")
        cancelled.fetch()
        cancelled.cancel()
        stale = fetched("0.1.0")
        stale.pick(["0.2.0"])
        return locals() | {"ready": chosen("0.1.0")}

    def test_each_has_its_word_and_its_sentence(self):
        found = {name: state for name, state in self.reached().items() if name != "self"}
        assert {name: state.phase for name, state in found.items()} == {name: name for name in PHASES}
        assert len({status_html(state) for state in found.values()}) == len(PHASES)
        assert all(f".pai-{name}" in STYLE for name in PHASES)

    def test_what_is_looked_for_has_nothing_of_what_is_shown(self):
        state = fetched("0.1.0", "0.2.0")
        state.take(state.find("zzzz"), found([]))
        assert (state.place, state.models.found) == ("models", ())

    def test_a_failed_search_shows_no_models_of_the_one_before(self):
        state = ExplorerState()
        state.take(state.find(), found([model("model-a")]))
        state.failed(state.find("x"), PaiError("no answer"))
        assert state.models.found == ()


class TestTheList:
    def listed(self):
        state = ExplorerState()
        rows = [("0.1.0", 0.3, "Approved"), ("0.2.0", 0.1, "Pending"), ("0.10.0", 0.2, "Pending"), ("0.11.0", None, "Rejected")]
        lines = [version(name, approval=word, **({"cer": value} if value else {"other": "x"})) for name, value, word in rows]
        state.take(state.choose_model("model-a"), lines)
        return state

    @pytest.mark.parametrize(
        ("clicks", "names"),
        [
            (["version"], ["0.1.0", "0.2.0", "0.10.0", "0.11.0"]),
            (["metric"], ["0.1.0", "0.10.0", "0.2.0", "0.11.0"]),
            (["metric", "metric"], ["0.2.0", "0.10.0", "0.1.0", "0.11.0"]),
            (["approval"], ["0.1.0", "0.10.0", "0.2.0", "0.11.0"]),
        ],
    )
    def test_a_click_on_a_column_sorts_and_another_turns_it_round(self, clicks, names):
        state = self.listed()
        for column in clicks:
            state.listing.sort(column)
        assert [line.version_name for line in state.listing.window] == names

    @pytest.mark.parametrize(
        "names",
        [
            [f"qwen2.5-7b-instruct-sft-lora-alpaca-cleaned-{end}-2026-11-01" for end in ("r16-a", "r16-b", "r32-a")],
            [f"通义千问微调版本的中文名字非常长所以列表里放不下第{end}版的候选" for end in "一二三"],
        ],
    )
    def test_long_names_that_differ_are_told_apart_in_the_list(self, names):
        listing = VersionList()
        listing.show(VersionSet.from_documents([{"VersionName": name} for name in names]))
        lines = [text for text, _ in listing.options()]
        told = [line.split()[0] for line in lines]
        assert [len(set(told)), max(map(cells, told)) <= 46] == [3, True]
        assert len({cells(line) for line in lines}) == 1

    def test_lines_have_columns_and_a_bar_beside_the_number(self):
        state = self.listed()
        text = {name: text for text, name in state.listing.options()}
        assert text["0.2.0"].split() == ["0.2.0", "○", "Pending", "–", "0.1", "▁"]
        assert text["0.10.0"].endswith("0.2 ▄")
        assert text["0.1.0"].endswith("0.3 ▇")
        assert str(state.listing).endswith(" · ▁ low to ▇ high")
        assert {line.index("P") for line in text.values() if "P" in line} == {len("0.10.0") + 4}

    def test_no_bar_is_higher_than_another_by_less_than_a_table_would_show(self):
        """Noise drawn as a course reads as progress: 0.9889 of 540 examples is 0.9852 of them as far as one can tell."""
        state = ExplorerState()
        values = {"0.1.0": 0.9852, "0.2.0": 0.9889, "0.3.0": 0.9852, "0.4.0": 0.61}
        state.take(state.choose_model("model-a"), [version(name, accuracy=value, n=540) for name, value in values.items()])
        bars = {name: text[-1] for text, name in state.listing.options()}
        assert bars["0.1.0"] == bars["0.2.0"] == bars["0.3.0"] > bars["0.4.0"]
        state.take(state.choose_model("model-a"), [version(name, accuracy=values[name], n=540) for name in list(values)[:3]])
        assert {text.split()[-1] for text, _ in state.listing.options()} == {"0.9852", "0.9889"}
        assert "▁" not in str(state.listing)

    def test_the_order_of_a_list_has_other_signs_than_the_direction_of_a_metric(self):
        state = self.listed()
        controls = Controls(state)
        for sign in ("▼", "▲"):
            state.listing.sort("metric")
            controls.paint(state, (step("Explorer", of="pnb"),), "x")
            assert controls.columns["metric"].description == f"cer {sign}"
        controls.close()

    @pytest.mark.parametrize(
        ("what", "names"), [("latest 5", 4), ("approved + latest", ("0.1.0", "0.11.0")), ("all pending", ("0.2.0", "0.10.0"))]
    )
    def test_a_quick_pick_takes_the_place_of_what_was_picked(self, what, names):
        state = self.listed()
        state.pick(["0.2.0"])
        state.pick_quick(what)
        picked = state.picks["model-a"]
        assert (len(picked) if isinstance(names, int) else picked) == names

    def test_a_pick_can_be_taken_back(self):
        state = chosen("0.1.0", "0.2.0", "0.10.0")
        state.unpick(1)
        assert state.picks == {"model-a": ("0.1.0", "0.10.0")}


class TestFolding:
    def test_what_was_fetched_folds_what_picks(self):
        state = fetched("0.1.0", "0.2.0")
        assert state.place == "result"
        state.go("versions")
        assert state.place == "versions"
        state.go("result")
        assert state.place == "result"

    def test_what_failed_folds_nothing(self):
        state = chosen("0.1.0")
        state.failed(state.fetch(), PaiError("no answer"))
        state.go("result")
        assert state.place == "versions"

    def test_a_report_is_of_the_comparison_on_show(self):
        state = fetched("0.1.0", "0.2.0")
        assert state.write_report() is None
        state.take(job_of(state, "compare"), DONE)
        job = state.write_report()
        state.set_terms(baseline="0.1.0")
        assert not state.take(job, Path("report.html"))
        assert state.report is None

    def test_what_is_cancelled_while_versions_are_picked_and_a_report_is_written_is_named(self):
        state = fetched("0.1.0", "0.2.0")
        state.take(job_of(state, "compare"), DONE)
        controls = Controls(state)
        said = []
        for act in (state.write_report, lambda: state.go("versions"), state.cancel):
            act()
            controls.paint(state, (step("Explorer", of="pnb"),), "x")
            said.append((controls.cancel.description, controls.cancel.layout.display))
        controls.close()
        assert said == [("Cancel the report", None), ("Cancel the report", None), ("Cancel", "none")]


class TestLooking:
    def test_the_first_comparison_brings_its_tab_to_the_front_once(self):
        state = fetched("0.2.0")
        assert state.tab == "Card"
        state.pick(["0.1.0", "0.2.0"])
        state.take(state.fetch(), version_set("0.1.0", "0.2.0"))
        assert state.tab == "Compare"
        state.look(tab="Card")
        state.take(state.fetch(), version_set("0.1.0", "0.2.0"))
        assert state.tab == "Card"

    def test_what_is_shown_is_one_immutable_value(self):
        state = fetched("0.1.0", "0.2.0")
        before = state.shown
        assert all(map(is_, before, state.shown))
        state.look(tab="Labels", card="0.2.0")
        state.choose_metric("cer")
        assert not all(map(is_, before, state.shown))
        assert (state.shown.tab, state.shown.version.version_name, before.version.version_name) == ("Labels", "0.2.0", "0.1.0")

    def test_a_card_that_is_not_there_becomes_the_first(self):
        state = fetched("0.1.0", "0.2.0")
        state.look(card="9.9.9")
        state.choose_metric("nothing")
        assert (state.card, state.metric) == ("0.1.0", "cer")


NAMES = st.sampled_from(sorted({name for names in MODELS.values() for name in names} | {"9.9.9"}))
TEXT = st.sampled_from(["", "0", "0.1", "rc", "张", "x y", "*", "[", "\\", "=", "env="])


class Clicking(RuleBasedStateMachine):
    """Any sequence of clicks, with answers that arrive whenever and in whatever order they like."""

    jobs = Bundle("jobs")

    @initialize()
    def start(self):
        self.state = ExplorerState()
        self.seen = []

    def _new(self, job):
        """Jobs that an action started, what it returned among them."""
        started = [each for each in self.state.waiting.values() if not any(each is other for other in self.seen)]
        assert job is None or any(job is each for each in started)
        self.seen += started
        return multiple(*started)

    @rule(target=jobs, text=TEXT, label=st.sampled_from(["", " label=env", " provider=pai"]))
    def find(self, text, label):
        job = self._new(self.state.find(text + label))
        assert self.state.place == "models" or self.state.model_id
        return job

    @rule(target=jobs, model=st.sampled_from(list(MODELS)))
    def choose(self, model):
        return self._new(self.state.choose_model(model))

    @rule(target=jobs)
    def fetch(self):
        return self._new(self.state.fetch())

    @rule(target=jobs, text=st.sampled_from(["model-a@last:2", "model-b", "model-c@latest"]))
    def fetch_addresses(self, text):
        return self._new(self.state.fetch([parse_address(text)]))

    @rule(target=jobs, baseline=NAMES | st.sampled_from(["approved", "first", "previous", "nonsense"]), only=st.booleans())
    def terms(self, baseline, only):
        return self._new(self.state.set_terms(baseline=baseline, only="" if only else "all"))

    @rule(target=jobs, text=TEXT)
    def metrics(self, text):
        return self._new(self.state.set_metrics(text))

    @rule(target=jobs, direction=st.sampled_from(["max", "min", ""]))
    def direction(self, direction):
        return self._new(self.state.set_direction(direction))

    @rule(target=jobs, metric=st.sampled_from(["cer", "", "gone"]))
    def metric(self, metric):
        job = self._new(self.state.choose_metric(metric))
        assert self.state.by in (*self.state.metrics, "")
        return job

    @rule(names=st.lists(NAMES))
    def pick(self, names):
        before = {name for name in self.state.picks.get(self.state.model_id, ()) if name not in self._window()}
        self.state.pick(names)
        assert set(self.state.picks.get(self.state.model_id, ())) == before | (set(names) & self._window())

    @rule(text=st.sampled_from(["latest", "approved", "last:2", "0.1.0,9.9.9", "0.1.0..1.0.0", "*", "", "!!", "0.1.0"]))
    def pick_more(self, text):
        before = set(self.state.picks.get(self.state.model_id, ()))
        with self.state.trying("act"):
            self.state.pick_more(text)
        after = set(self.state.picks.get(self.state.model_id, ()))
        assert before <= after <= before | {line.version_name for line in self.state.listing.lines}

    @rule(text=TEXT, column=st.sampled_from(list(COLUMNS)))
    def narrow_and_sort(self, text, column):
        before = dict(self.state.picks)
        self.state.listing.narrow(text)
        self.state.listing.sort(column)
        assert self.state.picks == before

    @rule(what=st.sampled_from(list(QUICK)))
    def pick_quick(self, what):
        others = {model: names for model, names in self.state.picks.items() if model != self.state.model_id}
        self.state.pick_quick(what)
        assert {model: names for model, names in self.state.picks.items() if model != self.state.model_id} in (others, {})

    @rule(place=st.integers(0, 12))
    def unpick(self, place):
        before = each(self.state.picks)
        self.state.unpick(place)
        assert each(self.state.picks) == before[:place] + before[place + 1 :] or set(each(self.state.picks)) == set(before) - {
            before[place]
        }

    @rule(place=st.sampled_from(["models", "versions", "result"]))
    def go(self, place):
        before = self.state.place
        self.state.go(place)
        assert self.state.place in (before, place)
        assert self.state.place == place or not (self.state.model_id if place == "versions" else self.state.results)

    @rule(target=jobs)
    def report(self):
        return self._new(self.state.write_report())

    @rule(picks=st.booleans())
    def keep(self, picks):
        self.state.keep(picks=picks)

    @rule()
    def clear(self):
        self.state.clear()
        assert self.state.addresses == ()

    @rule(tab=st.sampled_from(["Card", "Compare", "Code"]), card=NAMES)
    def look(self, tab, card):
        self.state.look(tab=tab, card=card)

    @rule()
    def cancel(self):
        before = self._content()
        self.state.cancel()
        assert not self.state.waiting
        assert self._content() == before

    @rule(job=jobs, done=st.integers(0, 9))
    def progress(self, job, done):
        job.progress = done, 9

    @rule(target=jobs, job=consumes(jobs), broken=st.booleans())
    def answer(self, job, broken):
        """An answer that is not awaited any more changes nothing at all."""
        awaited, before = (job in self.state.waiting.values()), self._content()
        assert (self._fail(job) if broken else self.state.take(job, self._answer_to(job))) == awaited
        if not awaited:
            assert self._content() == before
        assert job not in self.state.waiting.values()
        return self._new(None)

    def _fail(self, job):
        error = PaiError("broken")
        failed = self.state.failed(job, error)
        assert not failed or self.state.error is error
        return failed

    def _answer_to(self, job):
        if job.lane == "fetch":
            known = {model: listing(names, model) for model, names in MODELS.items()}
            names = [(address.model, name) for address in job.about[0] for name in address.selector.pick(known[address.model])]
            return VersionSet(version(name, model) for model, name in names)
        if job.lane == "versions":
            return listing(MODELS[job.about], job.about)
        if job.lane == "compare":
            return SimpleNamespace(
                versions=job.about[0], terms=job.about[1], baseline_place=0, baseline_name="0.1.0", fingerprint="", report=Path
            )
        return {"models": found(list(map(model, MODELS))), "report": Path("report.html")}[job.lane]

    def _window(self):
        return {line.version_name for line in self.state.listing.window}

    def _content(self):
        state = self.state
        return (
            state.models.found,
            state.listing.lines,
            dict(state.picks),
            state.results,
            state.comparison,
            state.error,
            state.terms,
            state.asked,
        )

    @invariant()
    def at_most_one_job_a_lane_is_awaited(self):
        assert {lane: job.lane for lane, job in self.state.waiting.items()} == {lane: lane for lane in self.state.waiting}

    @invariant()
    def the_window_is_a_small_part_of_the_list(self):
        listing = self.state.listing
        assert len(listing.window) <= WINDOW
        assert set(listing.window) <= set(listing.lines)

    @invariant()
    def picks_are_in_natural_order_and_never_empty(self):
        for names in self.state.picks.values():
            assert names
            assert list(names) == sorted(set(names), key=version_key)
            assert names == tuple(sorted(set(names), key=version_key))

    @invariant()
    def without_keeping_only_the_chosen_model_has_picks(self):
        assert self.state.keep_picks or set(self.state.picks) <= {self.state.model_id}

    @invariant()
    def a_comparison_is_always_that_of_what_is_shown(self):
        comparison = self.state.comparison
        assert comparison is None or (comparison.versions is self.state.results and comparison.terms == self.state.arguments)

    @invariant()
    def what_is_on_show_is_of_the_chosen_model(self):
        state = self.state
        assert state.place == "models" or state.model_id
        assert state.place != "result" or state.results
        assert state.report is None or state.comparison is not None
        assert {each.model_id for each in state.listing.window} <= {state.model_id}

    @invariant()
    def the_phase_is_the_one_word_for_it(self):
        state = self.state
        assert state.phase in PHASES
        assert (state.phase in ("searching", "loading")) == bool(state.waiting)
        assert state.phase not in ("failed", "partly") or state.error is not None
        assert state.phase != "stale" or state.addresses != state.asked
        assert state.phase != "nothing" or not state.models.found

    @invariant()
    def there_is_always_something_to_say(self):
        assert self.state.status
        assert self.state.progress is None or self.state.waiting

    @precondition(lambda self: self.state.results)
    @invariant()
    def what_is_looked_at_is_there(self):
        assert self.state.card in self.state.names
        assert self.state.shown.version is not None


Clicking.TestCase.settings = settings(examples(150), stateful_step_count=40)
TestClicking = Clicking.TestCase
