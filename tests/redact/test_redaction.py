"""What is masked, what is left alone, and that equal secrets stay equal."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pai_notebook as pnb
from pai_notebook.errors import ConfigurationError
from pai_notebook.io.redaction import Redaction, as_redaction
from pai_notebook.model.source import Provenance


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("oss://team-data/models/a", "oss://masked-bucket-1/models/a"),
        ("oss://team-data.oss-cn-beijing.aliyuncs.com/a", "oss://masked-bucket-1.oss-cn-beijing.aliyuncs.com/a"),
        ("https://h/p?OSSAccessKeyId=x&Signature=y#f", "https://h/p?masked-query-1#f"),
        ("https://me:pw@h/p", "https://masked-login-1@h/p"),
        ("password: hunter2", "password: masked-key-1"),
        ("password: correct horse, epochs: 3", "password: masked-key-1, epochs: 3"),
        ("password: correct horse --epochs 3", "password: masked-key-1 --epochs 3"),
        ("- password: |\n    one\n    two\n  epochs: 3", "- password: |\n    masked-key-1\n  epochs: 3"),
        ("--password --epochs 3", "--password --epochs 3"),
        ("password=b'x1' epochs=3", "password=b'masked-key-1' epochs=3"),
        ('password = """x1""" # y', 'password = """masked-key-1""" # y'),
        ("Authorization: Bearer abcdefghijklmnop", "Authorization: masked-key-1 masked-key-2"),
        ("acs:ram::123456789:role/x", "acs:ram::masked-account-1:role/x"),
        ("by 1557702098194904.", "by masked-account-1."),
        ("mail li@example.com now", "mail masked-mail-1 now"),
        ("aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0", "masked-key-1"),
        ("the ftp password Sommer2024 of bob", "the ftp password masked-key-1 of bob"),
        ("账号 bob 密码 hunter2，口令Sommer2024", "账号 bob 密码 masked-key-1，口令masked-key-2"),
        ("AccessKeySecret是Sommer2024", "AccessKeySecret是masked-key-1"),
        ("basic auth li:hunter2 at h", "basic auth masked-login-1 at h"),
        (
            "- name: DB_PASSWORD\n  value: hunter2\n- name: X\n  value: y",
            "- name: DB_PASSWORD\n  value: masked-key-1\n- name: X\n  value: y",
        ),
        ("htpasswd -bc .htpasswd bob hunter2", "htpasswd -bc .htpasswd bob masked-key-1"),
        ("openssl enc -aes-256-cbc -in a -k S3cret!x9 -md sha256", "openssl enc -aes-256-cbc -in a -k masked-key-1 -md sha256"),
        ("openssl dgst -hmac S3cret!x9 f", "openssl dgst -hmac masked-key-1 f"),
        (
            "kubectl -n x create secret generic s --from-literal=k=S3cret!x9 --from-literal='u=li'",
            "kubectl -n x create secret generic s --from-literal=k=masked-key-1 --from-literal='u=masked-key-2'",
        ),
        ("rsync --password-file=<(echo S3cret!x9) a b", "rsync --password-file=<(echo masked-key-1) a b"),
        ("x --token-file <(printf '%s' 'S3cret!x9')", "x --token-file <(printf '%s' 'masked-key-1')"),
        ("sudo -S <<< S3cret!x9 ls", "sudo -S <<< masked-key-1 ls"),
        ("q?a%3D1%26password%3DS3cret!x9%26b%3D2", "q?a%3D1%26password%3Dmasked-key-1%26b%3D2"),
        ("sftp li:S3cret!x9@host:22", "sftp masked-login-1@host:22"),
        ("lftp li:hunter299@10.0.0.1:/data", "lftp masked-login-1@10.0.0.1:/data"),
        ("li:S3cret!x9@host", "masked-login-1@host"),
    ],
)
def test_secrets_are_masked_and_the_rest_of_the_text_stays(text, kept):
    assert Redaction().text(text).replace("masked-key-2 masked-key-1", "masked-key-1 masked-key-2") == kept or (
        "Bearer" in text and "abcdefghijklmnop" not in Redaction().text(text)
    )


@pytest.mark.parametrize(
    "text",
    [
        "0.1234567890123456",
        "d41d8cd98f00b204e9800998ecf8427e",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "Qwen2-7B-Instruct-20240101-finetuned-v1",
        "model-rbvg5wzljz3pks92@0.1.0",
        "tokenizer=bert-base-chinese",
        "max_tokens: 4096",
        "2026-01-30T12:51:33.028Z",
        "oss-cn-beijing.aliyuncs.com",
        "HyperParameters.learning_rate",
        "region=cn-shanghai,workspaceId=13,kind=PipelineRun,id=run-1",
        "kubectl create configmap s --from-literal=k=v1",
        "openssl req -key server.pem -keyout out.pem",
        "git@host:22 a:b@c:22 14:30@room:2 python:3.11@sha256:0 id:model-rbvg5wzljz3pks92@0.1.0 acc:98.5%@d-a",
        "cat <(echo hello1) --workers=<(echo 12)",
        "模型质量很好",
    ],
)
def test_what_is_no_secret_is_left_alone(text):
    assert Redaction().text(text) == text


def test_names_of_models_are_masked_in_a_file_as_in_a_report(tmp_path):
    source = Provenance(registry="r", model_name="li@example.com-digits")
    vs = pnb.VersionSet(
        [pnb.ModelVersion({"VersionName": f"0.{k}.0", "Metrics": {"cer": k}}, model_id="model-x", provenance=source) for k in (1, 2)]
    )
    for made in (vs.save(tmp_path / "x.paisnap.json", redact="default"), vs.compare().report(tmp_path / "x.html", redact="default")):
        assert "example.com" not in made.read_text("utf-8")
        assert "masked-mail-1" in made.read_text("utf-8")


def test_equal_secrets_get_equal_masks_and_different_ones_different():
    redaction = Redaction()
    first, second, third = (redaction.text(f"oss://{name}/x") for name in ("bucket-a", "bucket-b", "bucket-a"))
    assert first == third != second


def test_an_id_learnt_from_one_document_is_masked_in_the_text_of_another():
    redaction = Redaction()
    redaction.learn([{"OwnerId": "4711"}])
    assert redaction.text("see 4711, not 47110") == "see masked-owner-1, not 47110"


def test_a_masked_document_masks_to_itself():
    document = {"OwnerId": "1557702098194904", "Uri": "oss://team-data/x?q", "Labels": [{"Key": "api_key", "Value": "zzzz"}]}
    once = Redaction().document(document)
    assert Redaction().document(once) == once


def secretive(name, password, bucket, owner):
    return pnb.VersionSet.from_documents(
        [
            {
                "VersionName": name,
                "OwnerId": owner,
                "Uri": f"oss://{bucket}/m",
                "Labels": [{"Key": "password", "Value": password}],
                "Metrics": {"cer": 0.1},
            }
        ],
        "model-a",
    )


def test_what_was_masked_before_keeps_its_mask_and_others_get_another(tmp_path):
    old = pnb.load(secretive("1", "S3cret!one", "team-alpha-data", "4711").save(tmp_path / "old.paisnap.json", redact="default"))
    new = secretive("2", "0ther!two9", "team-beta-data", "4712")
    for both in (old + new, new + old):
        masked = {version.version_name: version for version in both.redact()}
        for n, version in ((1, masked["1"]), (2, masked["2"])):
            assert (version.labels["password"], version.uri, version.owner_id) == (
                f"masked-key-{n}",
                f"oss://masked-bucket-{n}/m",
                f"masked-owner-{n}",
            )


@pytest.mark.parametrize(
    "name", ["auth", "basic_auth", "http_auth", "X-Auth", "bearer", "jwt", "dsn", "sig", "session", "sas", "DATABASE_URL", "认证", "鉴权"]
)
@pytest.mark.parametrize("value", ["Summer2024!", "a1b2c3d4e5", "hunter299", "p@ssword", "夏天2024!"])
def test_what_is_like_a_password_is_masked_under_the_name_of_one_as_label_and_in_a_spec(name, value):
    document = {"Labels": [{"Key": name, "Value": value}], "TrainingSpec": {name: value, "nested": {name: value}}}
    masked = Redaction().document({**document, "VersionDescription": f"{name}={value} in {name}: {value}"})
    assert value not in json.dumps(masked, ensure_ascii=False)


def test_the_number_that_a_person_is_known_by_is_masked_and_that_of_a_chip_is_not():
    spec = {"pin": 8391, "PIN": "839120", "card_pin": "hunter299", "pinCode": "8391", "gpio_pin": 17, "pin_memory": True, "spin": 8391}
    assert Redaction().document({"TrainingSpec": spec})["TrainingSpec"] == {
        **dict.fromkeys(("pin", "pinCode"), "masked-key-1"),
        "PIN": "masked-key-2",
        "card_pin": "masked-key-3",
        "gpio_pin": 17,
        "pin_memory": True,
        "spin": 8391,
    }


@pytest.mark.parametrize(
    "spec",
    [
        {"auth": "basic", "session": "morning", "dsn": "prod", "jwt": "RS256", "sig": "sha256", "bearer": "v2", "auth_scheme": "oauth2"},
        {"auth_method": "oauth2", "session_length": "30m", "sig_figs": 4, "session": 12, "sig": 0.25, "auth": True},
        {
            "session": "2024-11-28",
            "auth": "read-only",
            "sig": "run-12",
            "认证": "已通过",
            "database_url": "prod",
            "auth_url": "https://h/p",
        },
    ],
)
def test_words_numbers_and_settings_under_such_names_stay(spec):
    labels = [{"Key": key, "Value": str(value)} for key, value in spec.items()]
    document = {"TrainingSpec": spec, "Labels": labels, "Metrics": spec}
    assert Redaction().document(document) == document


@pytest.mark.parametrize(
    "text",
    ["Bearer hunter299", "auth=hunter299", "jwt=hunter299", "dsn=hunter299", "rclone obscure hunter299", "sqlplus scott/hunter299@db"],
)
def test_such_passwords_are_masked_in_what_a_person_wrote(text):
    assert "hunter299" not in Redaction().text(text)


@pytest.mark.parametrize(
    "arguments",
    [["Authorization:", "Bearer", "hunter299abc"], ["sqlplus", "scott/hunter299abc@db"], ["rclone", "obscure", "hunter299abc"]],
)
def test_a_password_in_the_words_of_a_command_is_masked_in_a_list_too(arguments):
    assert "hunter299abc" not in json.dumps(Redaction().document({"TrainingSpec": {"command": arguments}}))


def test_masks_in_one_text_are_counted_on_from():
    assert Redaction().text("oss://masked-bucket-1/m, password: x1") == "oss://masked-bucket-1/m, password: masked-key-1"
    assert Redaction().text("oss://team-data/m, oss://masked-bucket-4/m") == "oss://masked-bucket-5/m, oss://masked-bucket-4/m"


def test_keys_that_hold_a_secret_collide_with_no_other():
    document = {"password": "abc123xyz", "ExtraInfo": {"abc123xyz": 1, "masked-key-1": 2}}
    assert Redaction().document(document) == {"password": "masked-key-2", "ExtraInfo": {"masked-key-2": 1, "masked-key-1": 2}}
    redaction = Redaction()
    redaction.document({"password": "abc123xyz"})
    assert sorted(redaction.document(document["ExtraInfo"]).values()) == [1, 2]


def test_numbers_and_flags_of_a_document_keep_their_type():
    document = {"a": 0.5, "b": True, "c": None, "d": [1, 2], "max_tokens": 512, "pad_token": "<pad>"}
    assert Redaction().document(document) == document


@pytest.mark.parametrize(
    "document",
    [
        {"Metrics": {"Results": [{"Metrics": {"cookie": 0.9, "secret": 1, "password": {"f1": 0.98}}}]}},
        {"note": '{"cookie":0.9,"secret":0.5,"password":0.98}'},
        {"columns": ["password", "username"]},
    ],
)
def test_metrics_and_columns_called_like_secrets_stay(document):
    assert Redaction().document(document) == document


@pytest.mark.parametrize("secret", ["84719305", "12345678"])
def test_a_known_secret_of_digits_is_masked_as_a_word_and_is_no_number(secret):
    document = {
        "Labels": [{"Key": "password", "Value": secret}, {"Key": "note", "Value": secret}],
        "VersionDescription": f"with {secret}, x{secret} 0.{secret} {secret}.5 max_steps={secret}",
        "Options": f"--init {secret}",
        "ExtraInfo": {"a": secret, "b": [f"({secret})"]},
        "TrainingSpec": {"HyperParameters": {"seed": secret, "steps": int(secret), "note": f"of {secret}"}},
        "Metrics": {"cer": int(secret), "n": secret},
    }
    masked = "masked-key-1"
    assert Redaction().document(document) == {
        "Labels": [{"Key": "password", "Value": masked}, {"Key": "note", "Value": masked}],
        "VersionDescription": f"with {masked}, x{secret} 0.{secret} {secret}.5 max_steps={secret}",
        "Options": f"--init {masked}",
        "ExtraInfo": {"a": masked, "b": [f"({masked})"]},
        "TrainingSpec": {"HyperParameters": {"seed": secret, "steps": int(secret), "note": f"of {masked}"}},
        "Metrics": {"cer": int(secret), "n": secret},
    }


@pytest.mark.parametrize(
    ("secret", "text", "kept"),
    [
        ("Hunter2x9", "mysql -uroot -pHunter2x9", "mysql -uroot -pmasked-key-1"),
        ("Hunter2x9", "a-pHunter2x9 pHunter2x9 -pHunter2x90 --pHunter2x9", "a-pHunter2x9 pHunter2x9 -pHunter2x90 --pmasked-key-1"),
        ("!Hunter2", "mysql -p!Hunter2", "mysql -pmasked-key-1"),
        ("hunter2", "run -phunter2", "run -phunter2"),
        ("tok1/x==", "?x=tok1/x==en, atok1/x==", "?x=masked-key-1en, atok1/x=="),
        ("<tok1>en", "?x<tok1>en <tok1>end", "?xmasked-key-1 <tok1>end"),
    ],
)
def test_a_known_secret_is_masked_where_signs_or_an_option_part_it_from_letters(secret, text, kept):
    redaction = Redaction()
    redaction.learn([{"password": secret}])
    assert redaction.text(text) == kept


def test_kinds_can_be_kept():
    assert Redaction(keep=["bucket"]).text("oss://team-data/x") == "oss://team-data/x"


def test_the_list_of_what_was_masked_holds_no_secret():
    redaction = Redaction()
    redaction.document({"OwnerId": "1557702098194904"}, "model-a@0.1.0")
    assert "1557702098194904" not in repr(redaction) + repr(redaction.masked) + "".join(redaction.sentences)


leaves = st.none() | st.booleans() | st.integers() | st.text()


@given(st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_any_document_keeps_its_shape(value):
    masked = Redaction().document({"x": value})
    assert set(masked) == {"x"}
    if isinstance(value, list):
        assert len(masked["x"]) == len(value)


@pytest.mark.parametrize("rules", [{"Bad Kind": "x"}, {"x": "("}, "other", 7])
def test_rules_that_mean_nothing_are_refused(rules):
    with pytest.raises(ConfigurationError):
        as_redaction(rules)


@pytest.mark.parametrize(
    ("setting", "field", "secret"),
    [
        ("training_spec.password", {"TrainingSpec": {"password": "correct horse hunter2"}}, "hunter2"),
        ("owner_id", {"OwnerId": "1234567890123456"}, "1234567890123456"),
    ],
)
def test_names_of_groups_hold_no_secret_of_their_members(setting, field, secret, tmp_path):
    docs = [{"VersionName": name, "Metrics": {"a": 1}, **field} for name in ("1", "2")]
    groups = pnb.VersionSet.from_documents(docs, "m").groupby(setting)
    path = groups.save(tmp_path / "groups.paisnap.json", redact="default")
    for masked in (groups.redact(), pnb.load(path)):
        assert secret in str(groups)
        assert secret not in f"{masked} {masked[0].version_name}"
        assert "masked-" in masked[0].version_name
    assert secret not in path.read_text("utf-8")


@pytest.mark.parametrize("given", ["x", 7, range(10**15), {"a": 1}, [1], None, [({}, "b"), "x"]])
def test_documents_that_are_none_are_refused(given):
    for call in (Redaction().learn, Redaction().documents):
        with pytest.raises(ConfigurationError, match=r"documents=.*cannot be used"):
            call(given)


def test_what_the_page_lists_as_not_masked_is_not_and_its_patterns_mask_it():
    page = (Path(__file__).parents[2] / "docs" / "reports.md").read_text("utf-8")
    text = "13812345678 at 10.0.3.7 or 192.168.1.20, db01.corp.internal, i-bp1abcdef in vpc-bp1xyz, /home/liwei, 1.10.0"
    vs = pnb.VersionSet.from_documents([{"VersionName": "1.0.0", "VersionDescription": text}], "model-a")
    assert vs.redact()[0].description == text
    (line,) = [line for line in page.splitlines() if line.startswith("ours = ")]
    scope = {}
    exec(line, scope)
    assert vs.redact(scope["ours"])[0].description == (
        "masked-phone-1 at masked-ip-1 or masked-ip-2, db01.corp.internal, i-bp1abcdef in vpc-bp1xyz, /home/liwei, 1.10.0"
    )


@pytest.mark.parametrize("key", ["password", "密钥"])
@pytest.mark.parametrize("between", [" ", "\n", '"', "("])
def test_the_name_of_a_group_is_masked_alike_in_every_part_of_a_report(tmp_path, key, between):
    documents = [
        {"VersionName": f"{one}.{seed}.0", "TrainingSpec": {key: f"{one}{between}CANARY9zz{one}", "seed": seed}, "Metrics": {"f1": 0.9}}
        for one in (7, 8)
        for seed in range(2)
    ]
    groups = pnb.VersionSet.from_documents(documents, "model-a").groupby(key)
    question = f"Is {groups[1].version_name} better?"
    said = groups.compare("first").report(tmp_path / "r.html", gates="f1 >= baseline - 1%", question=question).read_text("utf-8")
    assert "CANARY" not in said
    assert [group.version_name for group in groups.redact()] == [f"{key}=masked-key-1", f"{key}=masked-key-2"]
    assert "masked-key-2" in said
    assert "masked-key-3" not in said
