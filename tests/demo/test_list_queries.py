"""Paging, ordering and filters of the list calls, through signed requests."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pai_notebook.demo.queries import page

VERSIONS = "/api/v1/models/model-a/versions"


def names(body):
    return [item.get("VersionName") or item["ModelName"] for item in body.get("Versions", body.get("Models"))]


@given(st.integers(0, 60), st.integers(1, 20), st.sampled_from(["ASC", "DESC"]))
def test_the_pages_together_are_the_whole_in_order(count, size, order):
    documents = [{"n": number} for number in range(count)]
    pages = [
        page(documents, {"PageNumber": str(number), "PageSize": str(size), "Order": order}, largest=100)
        for number in range(1, count // size + 2)
    ]
    assert [document for one in pages for document in one] == (documents if order == "ASC" else documents[::-1])


def test_the_defaults_are_page_one_and_ten_items(ask, store):
    for number in range(20):
        store.put_version("model-a", {"VersionName": f"2.{number}.0", "GmtCreateTime": "2025-05-01T00:00:00Z"})
    body = ask(VERSIONS)
    assert (len(body["Versions"]), body["TotalCount"]) == (10, 23)


def test_a_page_behind_the_last_is_empty_and_still_tells_the_total(ask):
    body = ask(VERSIONS, {"PageNumber": "7"})
    assert (body["Versions"], body["TotalCount"]) == ([], 3)


@pytest.mark.parametrize("name", ["PageNumber", "PageSize"])
@pytest.mark.parametrize("value", ["0", "-1", "1.5", "x", "", "١", "99999999999999999999", "1e1", "+1"])
def test_a_page_that_is_no_positive_number_is_refused(ask, name, value):
    body = ask(VERSIONS, {name: value})
    assert body["Code"] == "InvalidParameter"
    assert name in body["Message"]


def test_a_page_larger_than_a_hundred_is_refused(ask):
    assert ask(VERSIONS, {"PageSize": "100"})["TotalCount"] == 3
    assert ask(VERSIONS, {"PageSize": "101"})["Code"] == "InvalidParameter"


def test_order_and_sort_by_take_their_documented_values_only(ask):
    assert names(ask(VERSIONS, {"Order": "DESC", "SortBy": "GmtCreateTime"})) == ["0.10.0", "0.2.0", "0.1.0"]
    assert ask(VERSIONS, {"Order": "asc"})["Code"] == "InvalidParameter"
    assert ask(VERSIONS, {"SortBy": "VersionName"})["Code"] == "InvalidParameter"


def test_a_parameter_given_twice_is_refused(handler, make):
    request = make(VERSIONS, {"PageSize": "1", "Order": "ASC"})
    doubled = type(request)("GET", request.target.replace("Order=ASC", "PageSize=1"), request.headers)
    assert handler.handle(doubled).status == 400


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"VersionName": "0.1.0"}, ["0.1.0"]),
        ({"VersionName": "0.1"}, []),
        ({"ApprovalStatus": "Approved"}, ["0.10.0"]),
        ({"FormatType": "ONNX"}, ["0.1.0", "0.10.0"]),
        ({"FormatType": "ONNX", "FrameworkType": "Pytorch"}, ["0.1.0"]),
        ({"SourceType": "PAIFlow"}, ["0.10.0"]),
        ({"SourceId": "run 1"}, ["0.1.0"]),
        ({"Label": "灰"}, ["0.2.0"]),
        ({"Label": "阶"}, ["0.2.0"]),
        ({"Label": "阶段=灰度"}, []),
        ({"Label": "", "FormatType": ""}, ["0.1.0", "0.2.0", "0.10.0"]),
        ({"Unheard": "of"}, ["0.1.0", "0.2.0", "0.10.0"]),
    ],
)
def test_versions_pass_every_filter_that_is_given(ask, query, expected):
    body = ask(VERSIONS, query)
    assert names(body) == expected
    assert body["TotalCount"] == len(expected)


SENTIMENT, SMALL, NEW = "sentiment", "Sentiment-small", "新品销量预测"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, [SENTIMENT, SMALL, NEW]),
        ({"Order": "DESC", "PageSize": "1"}, [NEW]),
        ({"WorkspaceId": "1"}, [SENTIMENT]),
        ({"ModelName": "SENTI"}, [SENTIMENT, SMALL]),
        ({"ModelName": '"sentiment"'}, [SENTIMENT]),
        ({"ModelName": "销量"}, [NEW]),
        ({"Query": "text-class"}, [SENTIMENT]),
        ({"Query": "cv"}, [SMALL]),
        ({"Query": "张三"}, [SENTIMENT]),
        ({"Query": "所有"}, [SENTIMENT]),
        ({"Query": "预测"}, [NEW]),
        ({"Label": "prod"}, [SMALL]),
        ({"Label": "sentiment"}, []),
        ({"Provider": "pai"}, ["qwen"]),
        ({"Provider": "huggingface"}, []),
        ({"Domain": "nlp", "Task": "text-classification", "Origin": "ModelScope", "ModelType": "Checkpoint"}, [SENTIMENT]),
        ({"Collections": "AI4D,QuickStart"}, [SENTIMENT, SMALL]),
        ({"Tag": '[{"Key":"series","Value":"s 1+2"}]'}, [SENTIMENT]),
        ({"Tag": '[{"Key":"series","Value":"s"}]'}, []),
        ({"Conditions": '[{"Column":"ParameterSize","Operator":"LessThan","Value":"3000"}]'}, [SENTIMENT]),
        ({"Conditions": "[]", "Tag": "[]"}, [SENTIMENT, SMALL, NEW]),
    ],
)
def test_models_pass_every_filter_that_is_given(ask, query, expected):
    assert names(ask("/api/v1/models", query)) == expected


@pytest.mark.parametrize("name", ["Tag", "Conditions"])
@pytest.mark.parametrize("value", ["x", "{}", "[1]", '[{"Key":1}]', "[{}]", "[" * 5000])
def test_json_parameters_of_another_shape_are_refused(ask, name, value):
    assert ask("/api/v1/models", {name: value})["Code"] == "InvalidParameter"


def test_a_condition_nobody_published_is_refused(ask):
    for column, operator, value in (("ParameterSize", "Near", "1"), ("Rating", "LessThan", "1"), ("ParameterSize", "LessThan", "many")):
        text = json.dumps([{"Column": column, "Operator": operator, "Value": value}])
        assert ask("/api/v1/models", {"Conditions": text})["Code"] == "InvalidParameter"
