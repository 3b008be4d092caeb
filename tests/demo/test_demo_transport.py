"""The registry inside the process, behind httpx's clients."""

import asyncio
import subprocess
import sys
from datetime import UTC, datetime

import httpx
import pytest

from pai_notebook import demo

PATH = "/api/v1/models/model-a/versions/0.2.0"


def send(make, path=PATH, query=None):
    request = make(path, query, date=datetime.now(UTC))
    return httpx.Request(request.method, demo.ENDPOINT + request.target, headers=dict(request.headers))


def test_a_synchronous_client_gets_the_answer(store, make):
    with httpx.Client(transport=demo.transport(store)) as client:
        response = client.send(send(make))
    assert (response.status_code, response.json()["VersionName"]) == (200, "0.2.0")
    assert response.headers["content-type"] == "application/json;charset=utf-8"


def test_an_asynchronous_client_gets_the_same(store, make):
    async def ask():
        async with httpx.AsyncClient(transport=demo.transport(store)) as client:
            return await asyncio.gather(*(client.send(send(make)) for _ in range(20)))

    assert {response.json()["VersionName"] for response in asyncio.run(ask())} == {"0.2.0"}


def test_odd_characters_in_path_and_query_arrive_as_they_were_signed(store, make):
    store.put_version("model-a", {"VersionName": "中文 v1.0+rc/1"})
    with httpx.Client(transport=demo.transport(store)) as client:
        named = client.send(send(make, "/api/v1/models/model-a/versions/%E4%B8%AD%E6%96%87%20v1.0%2Brc%2F1"))
        listed = client.send(send(make, "/api/v1/models", {"Query": "张 三&=+*~", "Label": "所有"}))
    assert named.json()["VersionName"] == "中文 v1.0+rc/1"
    assert listed.json()["TotalCount"] == 0


def test_an_unsigned_request_is_refused_in_process_too(store):
    with httpx.Client(transport=demo.transport(store)) as client:
        assert client.get(demo.ENDPOINT + PATH).status_code == 400


def test_the_latency_can_be_cancelled(store, make):
    async def ask():
        async with httpx.AsyncClient(transport=demo.transport(store, latency=60)) as client:
            await asyncio.wait_for(client.send(send(make)), timeout=0.05)

    with pytest.raises(TimeoutError):
        asyncio.run(ask())


def test_any_function_may_answer_in_the_handlers_place(make):
    def busy(request):
        return demo.Response(503, {"content-type": "text/html"}, request.path.encode())

    with httpx.Client(transport=demo.transport(handler=busy)) as client:
        response = client.send(send(make))
    assert (response.status_code, response.text) == (503, PATH)


def test_every_transport_has_a_store_of_its_own():
    first, second = demo.Store.bundled(), demo.Store.bundled()
    model_id = first.models()[0]["ModelId"]
    first.delete_version(model_id, first.versions(model_id)[0]["VersionName"])
    assert len(second.versions(model_id)) == len(first.versions(model_id)) + 1


def test_importing_the_room_does_not_import_httpx():
    told = "import sys, pai_notebook.demo; print(sorted({'httpx', 'pandas', 'asyncio'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout == "[]\n"
