"""The explorer in real kernels: clicks are comm messages, on whatever thread the kernel handles them."""

import pytest

from tests.patience import eventually

LM = "model-rbvg5wp0buc6o2q3rh"
LOUD = {"stream", "error", "display_data", "execute_result"}


def choose(kernel, *names, model=LM):
    """Choose a model and pick versions, as a user does in the lists: once they are there to be seen."""
    kernel.set(kernel.model_id_of["models"], index=kernel.value(f"[v for _, v in ex._controls.models.options].index({model!r})"))
    kernel.until(f"ex._state.model_id == {model!r} and {set(names)} <= {{v for _, v in ex._controls.versions.options}}")
    indices = kernel.value(f"[[v for _, v in ex._controls.versions.options].index(name) for name in {list(names)}]")
    kernel.set(kernel.model_id_of["versions"], index=indices)
    kernel.until(f"set(ex._state.picks.get({model!r}, ())) == {set(names)}")


def loud(messages):
    """Messages that would put something into a cell or a log."""
    return [message for message in messages if message["msg_type"] in LOUD]


@pytest.fixture(params=["main shell", "own shell"])
def shell(request, kernel):
    """A front-end that sends its comm messages on the kernel's main shell, and one that has a shell of its own, as JupyterLab."""
    if request.param == "own shell":
        assert kernel.open_subshell()
    return kernel


def test_clicks_lead_to_a_comparison_that_the_next_cell_goes_on_with(shell):
    choose(shell, "0.2.0", "0.10.0", "1.0.0")
    shell.click(shell.model_id_of["fetch"])
    shell.until("ex.value is not None")
    shell.set(shell.model_id_of["baseline"], index=shell.value("[v for _, v in ex._controls.baseline.options].index('0.10.0')"))
    shell.until("ex.value is not None and ex.value.baseline.version_name == '0.10.0'")
    assert shell.run("ex.value").data[0]["text/html"]
    assert shell.value("[v.version_name for v in ex.selected]") == ["0.2.0", "0.10.0", "1.0.0"]
    assert shell.value("ex.value.baseline.version_name") == "0.10.0"
    assert shell.value("len(ex.frame)") == 3
    assert shell.value("ex.last_error is None")


def test_a_click_while_a_cell_runs_is_answered_and_leaves_the_cell_alone(shell, registry, tmp_path):
    choose(shell, "0.2.0")
    shell.drain()
    done = tmp_path / "done"
    cell = shell.send(f"import os, time\nprint('begin')\nwhile not os.path.exists({str(done)!r}): time.sleep(0.01)\nprint('end')")
    shell.click(shell.model_id_of["fetch"])
    if shell.subshell and shell.version.startswith(("7.0", "7.3")):
        eventually(lambda: registry.requests)
    done.touch()
    ran = shell.finish(cell)
    assert (ran.text, ran.error, ran.data) == ("begin\nend\n", None, [])
    shell.until("len(ex.selected) == 1")
    assert loud(shell.drain()) == []


def test_cells_run_while_the_explorer_loads(shell, registry):
    choose(shell, "0.2.0")
    registry.hold("/versions/0.2.0")
    shell.click(shell.model_id_of["fetch"])
    eventually(lambda: registry.waiting)
    assert shell.value("(1 + 1, bool(ex._state.waiting), len(ex.selected))") == [2, True, 0]
    registry.release()
    shell.until("len(ex.selected) == 1")


def test_two_clicks_are_one_request(shell, registry):
    choose(shell, "0.2.0")
    registry.requests.clear()
    registry.hold("/versions/0.2.0")
    clicks = [shell.click(shell.model_id_of["fetch"]) for _ in range(2)]
    for click in clicks:
        shell.handled(click)
    eventually(lambda: registry.waiting)
    registry.release()
    shell.until("len(ex.selected) == 1")
    assert len(registry.requests) == 1


def test_the_last_click_wins(shell, registry):
    choose(shell, "0.2.0")
    registry.hold("/versions/0.2.0")
    shell.click(shell.model_id_of["fetch"])
    eventually(lambda: registry.waiting)
    choose(shell, "0.10.0")
    shell.click(shell.model_id_of["fetch"])
    shell.until("len(ex.selected) == 1")
    eventually(lambda: registry.aborted)
    registry.release()
    assert shell.value("[v.version_name for v in ex.selected]") == ["0.10.0"]


def test_cancel_aborts_the_request_on_the_server_and_keeps_the_last_result(shell, registry):
    choose(shell, "0.2.0")
    shell.click(shell.model_id_of["fetch"])
    shell.until("len(ex.selected) == 1")
    choose(shell, "0.10.0")
    registry.hold("/versions/0.10.0")
    shell.click(shell.model_id_of["fetch"])
    eventually(lambda: registry.waiting)
    shell.click(shell.model_id_of["cancel"])
    eventually(lambda: registry.aborted)
    shell.until("not ex._state.waiting")
    assert shell.value("[v.version_name for v in ex.selected]") == ["0.2.0"]
    assert "Cancelled" in shell.value("ex._controls.status.value")


def test_an_interrupt_ends_the_waiting_and_not_the_work(kernel, registry):
    choose(kernel, "0.2.0")
    registry.hold("/versions/0.2.0")
    kernel.click(kernel.model_id_of["fetch"])
    eventually(lambda: registry.waiting)
    cell = kernel.send("print('waiting'); ex.wait()")
    assert kernel.printed(cell)
    kernel.interrupt()
    assert kernel.finish(cell).error["ename"] == "KeyboardInterrupt"
    registry.release()
    kernel.until("len(ex.selected) == 1")


def test_an_interrupt_of_an_idle_kernel_changes_nothing(kernel, registry):
    choose(kernel, "0.2.0")
    registry.hold("/versions/0.2.0")
    kernel.click(kernel.model_id_of["fetch"])
    eventually(lambda: registry.waiting)
    kernel.interrupt()
    registry.release()
    kernel.until("len(ex.selected) == 1")
    assert registry.aborted == []


def test_an_unexpected_exception_is_shown_in_the_widget_and_nowhere_else(shell):
    choose(shell, "0.2.0")
    shell.run("async def boom(*_, **__): raise RuntimeError('boom <img src=x onerror=alert(1)>')\nex._source.fetch_versions = boom")
    shell.drain()
    shell.click(shell.model_id_of["fetch"])
    shell.until("ex.last_error is not None")
    shell.until("'boom' in ex._controls.trouble.value")
    assert "<img src=x" not in shell.value("ex._controls.trouble.value + ex._controls.status.value")
    assert shell.value("type(ex.last_error).__name__") == "RuntimeError"
    assert loud(shell.drain()) == []


def test_an_exception_in_a_callback_itself_is_shown_too(shell):
    shell.run("ex._state.listing.descending = 'no number'")
    shell.drain()
    shell.set(shell.model_id_of["text"], value="0.1")
    shell.until("'TypeError: ' in ex._controls.trouble.value")
    assert loud(shell.drain()) == []


def test_messages_of_all_controls_are_answered_in_order_by_one_thread(shell):
    watch = "getattr(ex._controls, name).observe(lambda _: log.append(threading.current_thread().name), 'value')"
    shell.run(f"import threading\nlog = []\nfor name in ('metric', 'direction'):\n    {watch}")
    choose(shell, "0.2.0", "0.10.0")
    shell.click(shell.model_id_of["fetch"])
    shell.until("ex.value is not None and len(ex._controls.metric.options) > 1")
    shell.set(shell.model_id_of["metric"], index=1)
    shell.set(shell.model_id_of["direction"], index=1)
    shell.until("ex._state.terms.get('directions')")
    assert shell.value("ex._state.terms['directions'] == {ex._state.metrics[0]: 'max'}")
    assert len(set(shell.value("log")) - {"pai-loop"}) == 1


def test_two_explorers_do_not_disturb_each_other(shell):
    shell.run("other = pnb.Explorer(registry); other.wait()")
    choose(shell, "0.2.0")
    shell.click(shell.model_id_of["fetch"])
    shell.until("len(ex.selected) == 1")
    assert shell.value("(len(other.selected), other._state.model_id)") == [0, ""]
    shell.run("other.close()")


def test_it_shows_itself_as_a_widget_and_a_copy_that_follows(shell):
    shown = shell.run("ex")
    views = [data for data in shown.data if "application/vnd.jupyter.widget-view+json" in data]
    copies = shown.of("display_data")[1]
    assert len(shown.data) == 2
    assert views[0]["application/vnd.jupyter.widget-view+json"]["model_id"] == shell.value("ex._controls.root.model_id")
    choose(shell, "0.2.0")
    shell.drain()
    shell.click(shell.model_id_of["fetch"])
    shell.until("len(ex.selected) == 1")
    shell.run("ex.wait()")
    updates = [message["content"] for message in shell.drain() if message["msg_type"] == "update_display_data"]
    assert updates[-1]["transient"] == copies["transient"]
    assert f"{LM}@0.2.0" in updates[-1]["data"]["text/html"]
    assert f"{LM}@0.2.0" in updates[-1]["data"]["text/plain"]


def test_a_cell_that_fetches_updates_the_copy_itself_as_batch_tools_need(kernel):
    kernel.run("ex")
    ran = kernel.run(f"ex.fetch('{LM}@0.2.0'); None")
    assert f"{LM}@0.2.0" in ran.of("update_display_data")[-1]["data"]["text/html"]
    assert loud(ran.messages) == []


def test_a_plain_thread_can_use_it(kernel):
    kernel.run(f"import threading\nt = threading.Thread(target=lambda: ex.fetch('{LM}@0.2.0'))\nt.start(); t.join()")
    assert kernel.value("(len(ex.selected), ex.last_error is None)") == [1, True]


def test_unloading_the_extension_closes_every_explorer(kernel):
    kernel.run("%load_ext pai_notebook\n%unload_ext pai_notebook")
    assert kernel.value("ex._controls.root.comm is None")
