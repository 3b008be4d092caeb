"""What the registry answers."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pai_notebook.demo import Handler, Request, Store
from pai_notebook.demo.verify import Key

VERSIONS = "/api/v1/models/model-a/versions"


def test_a_version_is_given_with_every_field_it_holds_and_a_request_id(ask, store):
    body = ask(f"{VERSIONS}/0.2.0")
    assert body.pop("RequestId")
    assert body == store.version("model-a", "0.2.0")


def test_a_model_is_given_with_its_newest_version_and_without_tags(ask, store):
    body = ask("/api/v1/models/model-a")
    assert body["LatestVersion"] == store.version("model-a", "0.10.0")
    assert body["GmtLatestVersionModifiedTime"] == "2025-01-03T00:00:00Z"
    assert "Tags" not in body
    assert "Collections" not in body


def test_a_model_without_versions_has_no_latest_version(ask):
    assert "LatestVersion" not in ask("/api/v1/models/model-new")
    assert ask("/api/v1/models/model-new/versions")["Versions"] == []


def test_listed_models_carry_tags_and_whole_latest_versions(ask, store):
    model = ask("/api/v1/models")["Models"][0]
    assert model["Tags"] == [{"Key": "series", "Value": "s 1+2"}]
    assert model["LatestVersion"] == store.version("model-a", "0.10.0")


def test_versions_are_listed_oldest_first_by_time_and_not_by_name(ask):
    body = ask(VERSIONS)
    assert [version["VersionName"] for version in body["Versions"]] == ["0.1.0", "0.2.0", "0.10.0"]
    assert body["TotalCount"] == 3


def test_a_missing_version_is_the_documented_error(handler, make):
    response = handler.handle(make(f"{VERSIONS}/9.9.9"))
    body = response.json()
    assert response.status == 404
    assert list(body) == ["RequestId", "HostId", "Code", "Message", "Recommend"]
    assert (body["Code"], body["Message"], body["HostId"]) == ("100600008", "model version not exists", "aiworkspace.demo.invalid")


@pytest.mark.parametrize("path", ["/api/v1/models/model-x", "/api/v1/models/model-x/versions", "/api/v1/models/model-x/versions/0.1.0"])
def test_a_missing_model_is_another_error_than_a_missing_version(handler, make, path):
    response = handler.handle(make(path))
    assert (response.status, response.json()["Message"]) == (404, "model not exists")
    assert response.json()["Code"] != "100600008"


@pytest.mark.parametrize(
    "path",
    ["/", "", "*", "/api/v1", "/api/v2/models", "/api/v1/models/", "/api/v1/models/a/versions/b/labels", "/api/v1/models/a/labels",
     "/api/v1/models//versions", "/api/v1/models/%ff", "//api/v1/models"],
)  # fmt: skip
def test_an_unknown_path_is_no_api(handler, path):
    response = handler.handle(Request("GET", path, {"host": "h"}))
    assert (response.status, response.json()["Code"]) == (404, "InvalidApi.NotFound")


def test_an_encoded_slash_stays_inside_its_segment(handler, store, make):
    store.put_version("model-a", {"VersionName": "中文 v1.0+rc/1"})
    path = f"{VERSIONS}/%E4%B8%AD%E6%96%87%20v1.0%2Brc%2F1"
    assert handler.handle(make(path)).json()["VersionName"] == "中文 v1.0+rc/1"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
def test_the_registry_is_read_only(handler, make, method):
    response = handler.handle(make("/api/v1/models", method=method))
    assert (response.status, response.json()["Code"]) == (405, "UnsupportedHTTPMethod")


def test_the_action_must_be_the_one_that_the_path_means(handler, make):
    response = handler.handle(make("/api/v1/models", extra={"x-acs-action": "GetModel"}))
    assert (response.status, response.json()["Code"]) == (404, "InvalidAction.NotFound")


def test_another_version_of_the_api_is_refused(handler, make):
    response = handler.handle(make("/api/v1/models", extra={"x-acs-version": "2020-01-01"}))
    assert response.json()["Code"] == "InvalidVersion"


def test_a_key_without_the_ram_action_is_told_which_one_is_missing(store, make):
    key = Key("sub", "secret", denied=frozenset({"GetModelVersion"}))
    handler = Handler(store, keys=[key], clock=lambda: datetime(2025, 11, 23, 8, 9, 10, tzinfo=UTC))
    refused = handler.handle(make(f"{VERSIONS}/0.1.0", key_id="sub", secret="secret"))
    allowed = handler.handle(make(VERSIONS, key_id="sub", secret="secret"))
    assert (refused.status, refused.json()["AccessDeniedDetail"]["AuthAction"]) == (403, "paimodel:GetModelVersion")
    assert allowed.status == 200


def test_the_answer_says_what_it_is(handler, make):
    response = handler.handle(make(VERSIONS))
    assert response.headers["date"] == "Sun, 23 Nov 2025 08:09:10 GMT"
    assert response.headers["content-type"] == "application/json;charset=utf-8"
    assert response.headers["content-length"] == str(len(response.body))
    assert response.headers["x-acs-request-id"] == response.json()["RequestId"]
    assert response.headers["x-content-type-options"] == "nosniff"


def test_the_same_request_to_a_fresh_registry_gets_the_same_bytes(store, make):
    request = make(VERSIONS, nonce="fixed")
    clock = lambda: datetime(2025, 11, 23, 8, 9, 10, tzinfo=UTC)  # noqa: E731
    assert Handler(store, clock=clock).handle(request) == Handler(store, clock=clock).handle(request)


def test_chinese_travels_as_utf_8_and_a_lone_surrogate_as_its_escape(ask, handler, store, make):
    store.put_version("model-a", {"VersionName": "1.0.0", "VersionDescription": "情感 \ud800"})
    response = handler.handle(make(f"{VERSIONS}/1.0.0"))
    assert "情感".encode() in response.body
    assert response.json()["VersionDescription"] == "情感 \ud800"


def test_a_query_that_is_not_utf_8_is_an_invalid_parameter(handler, make):
    request = make("/api/v1/models")
    broken = Request("GET", "/api/v1/models?Query=%ff", request.headers)
    assert handler.handle(broken).json()["Code"] == "InvalidParameter"


def test_an_empty_store_lists_nothing(make):
    handler = Handler(Store(), clock=lambda: datetime(2025, 11, 23, 8, 9, 10, tzinfo=UTC))
    body = handler.handle(make("/api/v1/models")).json()
    assert (body["TotalCount"], body["Models"]) == (0, [])


_HEADERS = st.dictionaries(
    st.sampled_from(["Host", "Authorization", "X-Acs-Date", "x-acs-action", "x-acs-version", "x-acs-signature-type"]), st.text()
)


@given(st.text(max_size=8), st.text(max_size=40) | st.just("/api/v1/models"), _HEADERS, st.binary(max_size=20))
def test_whatever_is_sent_gets_the_documented_error_body(method, target, headers, body):
    response = Handler(Store()).handle(Request(method, target, headers, body))
    assert response.status in {400, 403, 404, 405}
    assert {"RequestId", "HostId", "Code", "Message", "Recommend"} <= response.json().keys()


@given(st.text(max_size=30))
def test_whatever_is_asked_of_a_list_gets_an_answer(make, text):
    query = dict.fromkeys(["PageNumber", "Query", "Label", "Tag", "Conditions", "ModelName", "Collections"], text)
    handler = Handler(Store([{"ModelId": "a"}]), clock=lambda: datetime(2025, 11, 23, 8, 9, 10, tzinfo=UTC))
    assert handler.handle(make("/api/v1/models", {**query, "PageNumber": "1"})).status in {200, 400}
    assert handler.handle(make("/api/v1/models/a/versions", query)).status in {200, 400}


PLACES = {
    "GetDataset": "/api/v1/datasets/d-a",
    "GetDatasetVersion": "/api/v1/datasets/d-a/versions/v1",
    "ListMembers": "/api/v1/workspaces/1/members",
}


@pytest.fixture
def named():
    versions = [{"VersionName": "v1", "DataCount": 10}, {"VersionName": "v2", "DataCount": 20}]
    members = [{"UserId": str(number), "MemberName": f"user{number}", "Roles": ["PAI.AlgoDeveloper"]} for number in range(30)]
    store = Store(datasets=[{"DatasetId": "d-a", "Name": "clean", "Versions": versions}], members={"1": members})
    return Handler(store, clock=lambda: datetime(2025, 11, 23, 8, 9, 10, tzinfo=UTC))


def test_a_dataset_has_its_latest_version_and_each_version_its_id(named, make):
    body = named.handle(make(PLACES["GetDataset"])).json()
    assert (body["Name"], body["LatestVersion"]["DataCount"], "Versions" in body) == ("clean", 20, False)
    body = named.handle(make(PLACES["GetDatasetVersion"])).json()
    assert (body["DatasetId"], body["VersionName"], body["DataCount"]) == ("d-a", "v1", 10)


def test_members_come_twenty_a_page_unless_more_are_asked_for_and_by_user_name_and_role(named, make):
    def asked(**query):
        body = named.handle(make(PLACES["ListMembers"], query)).json()
        return body["TotalCount"], len(body["Members"])

    assert asked() == (30, 20)
    assert asked(PageNumber="2", PageSize="25") == (30, 5)
    assert asked(UserId="7") == (1, 1)
    assert asked(MemberName="USER2") == (11, 11)
    assert asked(Roles="PAI.WorkspaceOwner,PAI.AlgoDeveloper") == (30, 20)
    assert asked(Roles="PAI.WorkspaceOwner") == (0, 0)


@pytest.mark.parametrize("action", PLACES)
def test_names_need_a_signature_and_their_own_ram_action(named, make, action):
    product = "paiworkspace" if action == "ListMembers" else "paidataset"
    assert named.handle(make(PLACES[action], secret="another")).json()["Code"] == "SignatureDoesNotMatch"
    named.keys["sub"] = Key("sub", "secret", denied=frozenset(PLACES))
    refused = named.handle(make(PLACES[action], key_id="sub", secret="secret"))
    assert (refused.status, refused.json()["AccessDeniedDetail"]["AuthAction"]) == (403, f"{product}:{action}")


@pytest.mark.parametrize("path", ["/api/v1/datasets/d-b", "/api/v1/datasets/d-b/versions/v1", "/api/v1/datasets/d-a/versions/v3"])
def test_a_dataset_that_is_not_there_is_404_with_a_code_of_its_own(named, make, path):
    answer = named.handle(make(path))
    assert answer.status == 404
    assert not answer.json()["Code"].startswith("Invalid")


@pytest.mark.parametrize(
    "path", ["/api/v1/datasets", "/api/v1/datasets/d-a/versions", "/api/v1/workspaces/1", "/api/v1/workspaces/1/members/2", "/api/v1/x/1"]
)
def test_paths_beside_these_mean_nothing(named, make, path):
    assert named.handle(make(path)).json()["Code"] == "InvalidApi.NotFound"
