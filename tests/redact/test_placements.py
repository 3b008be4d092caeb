"""Every placement of a secret is masked in every way out, and texts without one stay as they are."""

import json

import pytest

import pai_notebook as pnb
from pai_notebook.io.redaction import Redaction
from tests.redact.placements import placements

PLACEMENTS = tuple(placements())


def as_text(document):
    return json.dumps(document, ensure_ascii=False)


def version(placement, number=0):
    return pnb.ModelVersion.from_document({**placement.document, "VersionName": f"0.1.{number}"}, "model-a")


def reported(versions, folder):
    return versions.compare(baseline="first").report(folder / "x.html", charts=False).read_text("utf-8")


def written(versions, folder):
    """What every file and text of the set holds, the way to text."""
    masked = versions.redact()
    yield "frame", masked.to_frame().to_csv() + masked.to_frame("long").to_csv()
    yield "csv", masked.to_csv(folder / "x.csv").read_text("utf-8")
    yield "snapshot", versions.save(folder / "x.paisnap.json", redact="default").read_text("utf-8")
    yield "html", masked.to_html()
    yield "report", reported(versions, folder)


@pytest.mark.slow
def test_no_placement_is_missed():
    assert len(PLACEMENTS) >= 1100
    assert [p.way for p in PLACEMENTS if p.canary not in as_text(p.document)] == []
    assert [p.way for p in PLACEMENTS if p.canary in as_text(Redaction().document(p.document))] == []


@pytest.mark.slow
def test_no_placement_is_in_anything_that_leaves(tmp_path):
    some = PLACEMENTS[::7]  # each kind and place; above, all of them
    versions = pnb.VersionSet([version(placement, number) for number, placement in enumerate(some)])
    ways = dict(written(versions, tmp_path))
    assert [(p.way, way) for p in some for way, text in ways.items() if p.canary in text] == []


@pytest.mark.parametrize("node", [p.document for p in PLACEMENTS[::97]])
def test_masking_twice_changes_nothing(node):
    once = Redaction().document(node)
    assert Redaction().document(once) == once


def leaves(node):
    """The texts of a document, keys included, but for addresses and ids."""
    for key, child in node.items() if isinstance(node, dict) else enumerate(node):
        if isinstance(key, str):
            yield key
        if isinstance(child, dict | list):
            yield from leaves(child)
        elif isinstance(child, str) and key not in ("Uri", "UserId", "OwnerId") and ".aliyuncs.com" not in child and "oss://" not in child:
            yield child


def test_texts_of_the_demo_without_a_secret_stay():
    with pnb.connect("demo", default=False) as registry:
        models = [registry.get_versions(model.model_id) for model in registry.list_models()]
    texts = {text for versions in models for each in versions for text in leaves(each.raw)}
    assert len(texts) >= 200
    assert [(text, Redaction().text(text)) for text in texts if Redaction().text(text) != text] == []


@pytest.mark.parametrize(
    "text",
    [
        "--epochs 3 --lr 0.1 --bf16",
        "docker login registry.example.com, unzip a.zip -d x, a login session, session: evening, login=li",
        "the token budget is 12,345,678 tokens, a token per step, password required, 密码 用户名, token understanding",
        "token=50256 pad_token=<pad> eos_token_id: 2",
        "tokens: 1,000,000",
        "pass@1=0.53, pass: 3 of 4, forward_pass=2",
        "key=value; sort_key: accuracy; primary_key=id",
        "bucket=18-25 age_bucket: 3 num_buckets=64",
        '{"bucket_size": 64, "max_tokens": 512, "token": "hello"}',
        "bearer of good news; basic training, basic classification, Basic understanding-of-things",
        "sk-learn-1.4.0-py311-linux, hf_hub_download_model_files, TMP.directory-of-results, STS.B-and-MRPC-results",
        "sk=Slovak, ak=Alaska, the pass: first, bucket=small",
        "size=1234567890123456789, step 1000000000000000, time 20260131120000000",
        "secretary of state",
        "npm_config_registry, hf_transfer_enabled, ms-marco-MiniLM-L-12-v2, sk_learn_linear_model_v2, dapi-gateway, r8_quantized_weights",
        "https://example.com/docs/webhooks/getting-started, https://git.example/hooks/pre-commit",
        "webhook: enabled, pat: *.bin, pat=12, bearer: of good news, dsn=12, pw: on",
        "the password is required, the token is a word of the vocabulary, 密码为空, 密码是必填项, 口令是 None",
        '{"ak": "Akan", "sk": "Slovak", "keys": {"value": "user_id"}, "sort_key": "name", "user_key": "email"}',
        "user -> item, image -> text, dict[str, int] -> bool",
        "risk: low, task=asr, mask=0.15, desk: 3, cloud_disk=100, oss_task: copy, 存储空间: 100gb, 分桶: 18-25",
        "account: 3 keys, connection: ok, connections=12, signature: f(x), sig=0.05, patience=3, passkeys: none",
        'ended with {"cookie":0.9,"secret":0.5} at 10:00',
        "('password', 'username'), ['secret', 'f-1', 'loss'], columns=('token', 'tag')",
        "auth: oauth2, password_length: 12, secret_sauce: attention, secret_name=regcred, passwordless: yes",
        "password",
        "password: ",
        "api_key=None secret=<secret> token=***",
        "https://example.com/a/b#c",
        "docker://registry:5000/a@sha256:1f, http://[::1]:80/a@b, https://h/p:q@r, http%3A%2F%2Fh%2Fa%40b",
        "password sha256, passwd md5sum, pwd v1.10.0, 密码 V2.1.0, 密码学 baseline2, token是vocabulary中的词",
        "git@github.com:team/repo.git, htpasswd file bob, name: DB_PASSWORD\nvalueFrom: x",
        "git+https://example.com/a@main, cp //share/a:b c@d",
        "s3 and oss are stores; acs: a name",
        "d41d8cd98f00b204e9800998ecf8427e",
        '["python", "train.py", "--epochs", "3"]',
        "docker run -u 1000:1000 -p 8080:80 image; curl -u 1000:1000 h; train.py -p 3 -a 2 -u x:y",
        "mysql -u root -p db --port 3306 -P 3306, redis-cli -n 1 ping | grep -a x, docker login; train -p 4",
        "from mysql, by train.py -patience 3; mysql and train.py -patience 3 -e 4",
        "PGPASSWORD= psql -h h db; PGPASSWORD= pg_dump db",
        "curl -u https://h.example/a:b; curl -u https://h.example:8080/a; curl --user-agent Mozilla:5 h; curl -u li h",
        "curl -u $USER:$PASS h; curl -u '${USER}:${PASS}' h; http -a \"$U:$P\" h; curl -u '<user>:<password>' h; https://$U:${P}@h.example",
        "docker login -u li -p ${PW} h; mysql -p$PASS db; redis-cli -a $PW ping; sshpass -p $PW ssh h; sshpass -e ssh h; lftp -u $U,$P h",
        "train.py --password $PW --token <token>; PASSWORD=${PW} PASS=$(cat /run/pw) run; pw: {{ .Values.pw }}; set PASSWORD=%PW%",
        "docker run --pwd /path; PWD=/srv/a; OLDPWD=~/a; pwd: /srv, --pwd ../a",
        "--token-limit 512 --max-token-length 512 --tokens 512 --token-dropout 0.1 --password-file /run/pw --password-stdin",
        "wandb login; wandb login --cloud --host https://h.example; hf auth login --add-to-git-credential; databricks configure --token",
        "mc alias list; mc dropout is set to 30 samples of 40; mc alias set minio http://h $KEY $SECRET; npm config set registry https://h",
        "ossutil cp -r a b; twine upload dist/*; http GET h a:=1 b==c; smbclient -U li //h/s; aws configure set region cn-hangzhou",
        "run `aliyun configure`, or set ACCESS_KEY_ID and ACCESS_KEY_SECRET outside; behind `docker login -p`、`mysql -p`、`unzip -P`",
        "sts: stsbenchmark-test, session_id: 17, session_id=experiment-of-monday, jwt: none, hmac: sha256, a&sig=significance",
    ],
)
def test_what_only_looks_like_a_secret_stays(text):
    assert Redaction().text(text) == text
    assert Redaction().document({"VersionDescription": text}) == {"VersionDescription": text}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("curl -s -u user:s3crt https://h/p", "curl -s -u user:masked-key-1 https://h/p"),
        ("curl -uuser:'s3crt'", "curl -uuser:'masked-key-1'"),
        ("curl --user 'user:s3crt' h", "curl --user 'user:masked-key-1' h"),
        ("curl -u 'user:s3 crt' h", "curl -u 'user:masked-key-1' h"),
        ("docker login -u a -p s3crt r.example.com", "docker login -u a -p masked-key-1 r.example.com"),
        ("ldapsearch -x -D cn=a -w s3crt -b dc=b", "ldapsearch -x -D cn=a -w masked-key-1 -b dc=b"),
        ("7z x -ps3crt a.7z; 7z x -p b.7z", "7z x -pmasked-key-1 a.7z; 7z x -p b.7z"),
        ("psql -W s3crt -h h; psql -W -h h; psql -W db", "psql -W masked-key-1 -h h; psql -W -h h; psql -W db"),
        ("the token Xk3Pq9Zr, passwd Xk3Pq9Zr.", "the token masked-key-1, passwd masked-key-1."),
        ("密码 Xk3Pq9Zr，用户 li", "密码 masked-key-1，用户 li"),
        ("echo $P | docker login --password-stdin", "echo $P | docker login --password-stdin"),
        ("login=48213907 session: Xk3Pq9Zr otp 7, sk=48213907", "login=masked-key-1 session: masked-key-2 otp 7, sk=masked-key-1"),
        ("mysql -uroot -ps3crt db", "mysql -uroot -pmasked-key-1 db"),
        ("mysqldump -h h -p's3crt' db", "mysqldump -h h -p'masked-key-1' db"),
        ("redis-cli -h h -a s3crt ping", "redis-cli -h h -a masked-key-1 ping"),
        ("azcopy --sas sv=2022-11-02&sr=b&sig=Zm9v%2BYmFyQmF6MTIz%3D&se=1", "azcopy --sas sv=2022-11-02&sr=b&sig=masked-key-1&se=1"),
        ("jwt: a1b2c3d4e5f6g7, epochs: 3", "jwt: masked-key-1, epochs: 3"),
        ("session_id=a1b2c3d4e5f6g7", "session_id=masked-key-1"),
        ("sessionId=a1b2c3d4e5f6g7", "sessionId=masked-key-1"),
        ("--hmac a1b2c3d4e5f6g7 --epochs 3", "--hmac masked-key-1 --epochs 3"),
        ("STS=a1b2c3d4e5f6g7", "STS=masked-key-1"),
    ],
)
def test_options_of_programs_and_names_of_random_text_are_masked(text, kept):
    assert Redaction().text(text) == kept
    assert Redaction().document({"VersionDescription": text}) == {"VersionDescription": kept}


@pytest.mark.parametrize(
    ("arguments", "kept"),
    [
        (["/usr/bin/curl", "-u", "user:s3 crt", "h"], ["/usr/bin/curl", "-u", "user:masked-key-1", "h"]),
        (["docker", "login", "-u", "a", "-p", "s3crt"], ["docker", "login", "-u", "a", "-p", "masked-key-1"]),
        (["mysql", "-uroot", "-ps3'crt", "db"], ["mysql", "-uroot", "-pmasked-key-1", "db"]),
        (["sshpass", "-p", "s3crt", "ssh", "h"], ["sshpass", "-p", "masked-key-1", "ssh", "h"]),
        (["wandb", "login", "Xk3Pq9Zr"], ["wandb", "login", "masked-key-1"]),
        (
            ["aws", "configure", "set", "aws_secret_access_key", "Xk3Pq9Zr"],
            ["aws", "configure", "set", "aws_secret_access_key", "masked-key-1"],
        ),
        (["mc", "alias", "set", "a", "http://h", "li", "s3 crt"], ["mc", "alias", "set", "a", "http://h", "li", "masked-key-1"]),
        (["sh", "-c", "curl -su li:s3crt h"], ["sh", "-c", "curl -su li:masked-key-1 h"]),
        (["train.py", "--token-limit", "512", "--pwd", "/path"], ["train.py", "--token-limit", "512", "--pwd", "/path"]),
        (["docker", "login", "-p", "$PW"], ["docker", "login", "-p", "$PW"]),
        (["user:", "li", "sk:", "Xk3Pq9Zr"], ["user:", "li", "sk:", "masked-key-1"]),
        (["train.py", "-p", "s3crt", "-u", "a:b"], ["train.py", "-p", "s3crt", "-u", "a:b"]),
    ],
)
def test_arguments_of_programs_are_masked_in_lists(arguments, kept):
    assert Redaction().document({"Command": arguments}) == {"Command": kept}


@pytest.mark.parametrize("name", ["login", "session", "token", "sk", "ak", "auth", "pass", "otp"])
@pytest.mark.parametrize("secret", ["Xk3Pq9Zr", "0123456789abcdef0123456789abcdef01234567", "48213907", 48213907])
def test_a_key_or_a_long_number_under_a_name_of_a_secret_is_masked(name, secret):
    assert Redaction().document({name: secret}) == {name: "masked-key-1"}
    assert Redaction().document({name: "evening", "Metrics": {name: 48213907}}) == {name: "evening", "Metrics": {name: 48213907}}


def test_what_grants_access_to_a_store_is_masked_under_its_name():
    document = {"sas": "sv=2022-11-02&sr=b&sig=Zm9v%2BYmFyQmF6MTIz%3D", "note": '{"jwt": "a1b2c3d4e5f6g7", "sts": 0.85}'}
    assert Redaction().document(document) == {
        "sas": "sv=2022-11-02&sr=b&sig=masked-key-1",
        "note": '{"jwt": "masked-key-2", "sts": 0.85}',
    }


def test_origin_notes_and_file_names_are_masked(tmp_path):
    document = {"VersionName": "0.1.0", "OwnerId": "1557702098194904"}
    kept = pnb.VersionSet([pnb.ModelVersion.from_document(document, "model-a")])
    loaded = pnb.load(kept.save(tmp_path / "of-1557702098194904-password=Hunter2canary!.paisnap.json"))
    masked = loaded.redact()
    shown = [masked.origin, repr(masked), masked._repr_html_(), masked.to_html(), masked.to_markdown(), masked.to_latex()]
    shown.append(reported(loaded, tmp_path))
    shown.append(masked.to_csv(tmp_path / "x.csv").read_text("utf-8"))
    assert [text for text in shown if "1557702098194904" in text or "Hunter2canary" in text] == []
    assert "masked" in masked.origin


@pytest.mark.parametrize(
    "secret", ["x CANARY9zz7", "CANARY9zz7 and more", "a&CANARY9zz7", "a;CANARY9zz7", "a,CANARY9zz7", "it's CANARY9zz7"]
)
@pytest.mark.parametrize("text", ["password={}", "use password={} here", "--password {} --epochs 3", "pwd: {}", "see {}, thanks"])
def test_a_known_secret_is_masked_whole_before_a_rule_takes_a_part_of_it(secret, text):
    documents = [
        {"VersionName": "1", "Labels": [{"Key": "password", "Value": secret}]},
        {"VersionName": "2", "VersionDescription": text.format(secret)},
    ]
    masked = pnb.VersionSet.from_documents(documents, "m").redact()
    assert masked[1].description == text.format(masked[0].labels["password"])
