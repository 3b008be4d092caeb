"""Documents with one secret each: every kind, under every name, in every notation and place that a registry or its users have."""

import itertools
import json
import random
import string
from typing import Any, NamedTuple

_ALPHABET = string.ascii_letters + string.digits
_RANDOM = random.Random(6)


class Placement(NamedTuple):
    """A document with a secret in it."""

    way: str
    document: dict[str, Any]
    canary: str


NAMES_OF_KEYS = (
    "password",
    "DB_PASSWORD",
    "passwd",
    "mysql_pass",
    "root-pwd",
    "secret",
    "AccessKeySecret",
    "access_key_id",
    "api-key",
    "apiKey",
    "API_TOKEN",
    "StsToken",
    "SecurityToken",
    "refresh_token",
    "password_prod",
    "password_value",
    "passwd_for_db",
    "apiKeyOld",
    "token",
    "credentials",
    "sk",
    "oss.sk",
    "数据库密码",
    "登录口令（生产）",
    "密钥ID",
    "OSS_SK",
    "OSS_ACCESS_KEY_SECRET",
    "AccountKey",
    "connection_string",
    "github_pat",
    "WANDB_KEY",
    "passkey",
)
NAMES_OF_OPAQUE = ("pat", "bearer", "pw", "dingtalk_webhook", "DSN")
NAMES_OF_BUCKETS = ("存储桶", "bucket", "BucketName", "OSS_BUCKET", "--oss-bucket", "data_bucket")
NAMES_OF_IDS = ("用户ID", "OwnerId", "UserId", "accountId", "ali_uid")


def passphrase(number):
    return f"Hunter{number}canary!"


def word_and_digit(number):
    return f"canaryoflongwords{number}"


def short_token(number):
    return f"tok3n{number:04}canary"


def generated(number):
    return "".join(_RANDOM.choice(_ALPHABET) for _ in range(26)) + f"{number:04}"


def bucket_name(number):
    return f"canary-{number}-data"


def uuid_of(number):
    return f"{number:08}-1a2b-4c3d-8e9f-0123456789ab"


def address(number):
    return f"https://ci.example/notify/canary{number}"


def account_id(number):
    return str(1234567800000000 + number)


NOTATIONS = {
    "environment": "{name}={value}",
    "YAML": "training:\n  {name}: {value}\n  epochs: 3",
    "option": "python train.py --{name} {value} --epochs 3",
    "option with =": "python train.py --{name}={value} --epochs 3",
    "quoted": 'run --{name} "{value}" -v',
    "shell": "export {name}='{value}'; python train.py",
    "query": "{name}={value}&epochs=3",
    "bytes": "{name}=b'{value}'",
    "format string": '{name} = rf"{value}"',
    "ANSI-C": "export {name}=$'{value}'",
    "bracketed": "{name}=(b'{value}')",
    "long string": '{name} = """{value}"""',
    "long string of lines": "{name} = '''\n{value}\n'''",
    "YAML block": "training:\n  {name}: |\n    {value}\n  epochs: 3",
    "YAML folded": "- {name}: >-\n    {value}\n  epochs: 3",
    "continued": "python train.py --{name} \\\n  {value} --epochs 3",
    "pair in Python": "[('epochs', 3), ('{name}', '{value}')]",
    "environment in Python": 'os.getenv("{name}", "{value}")',
    "Python": "connect({name}={value!r}, epochs=3)",
}
"""A name and a value in one text."""

_WRAPPED = {
    "object": lambda name, value: {name: value},
    "pair": lambda name, value: {"Key": name, "Value": value},
    "hyperparameter": lambda name, value: [{"Name": name, "Type": "String", "DefaultValue": value}],
    "parameter": lambda name, value: {"ParameterName": name, "ParameterValue": value},
    "capitals": lambda name, value: [{"NAME": name, "VALUE": value}, {"KEY": "epochs", "VALUE": 3}],
    "variable and value": lambda name, value: {"Variable": name, "Value": value},
    "list of pairs": lambda name, value: [["epochs", "3"], [name, value]],
    "tuples": lambda name, value: ((name, value),),
    "variable": lambda name, value: [{"Name": "EPOCHS", "Value": "3"}, {"Name": name, "Value": value}],
    "arguments": lambda name, value: ["python", "train.py", f"--{name.lstrip('-')}", value, "--epochs", "3"],
}


def _texts_of_json(node):
    """JSON in a text, among words, in JSON in a text, and with escaped quotation marks only."""
    plain = json.dumps(node)
    yield "JSON", plain
    yield "JSON among words", f"started with {plain} at 10:00"
    yield "JSON in JSON", json.dumps({"spec": plain, "epochs": 3})
    yield "JSON in JSON in JSON", json.dumps({"args": json.dumps({"spec": plain})})
    yield "escaped", json.dumps(node, ensure_ascii=False).replace('"', '\\"')


def named_notations(name, value):
    """Everything that can stand in a document with a value under a name."""
    for way, pattern in NOTATIONS.items():
        yield way, pattern.format(name=name.lstrip("-"), value=value)
    for way, wrap in _WRAPPED.items():
        yield way, wrap(name, value)
    yield from _texts_of_json({name: value})
    yield "list in JSON", json.dumps(["python", f"--{name.lstrip('-')}", value])


BUCKET_TEXTS = (
    "oss://{}/models/a",
    "oss://{}.oss-cn-hangzhou.aliyuncs.com/models/a",
    "https://{}.oss-cn-hangzhou.aliyuncs.com/a",
    "https://{}.oss-cn-hangzhou-internal.aliyuncs.com/a",
    "https://oss-cn-hangzhou.aliyuncs.com/{}/a",
    "http://oss-cn-hangzhou-internal.aliyuncs.com:80/{}",
    "oss%3A%2F%2F{}%2Fmodels",
    "path=oss%3a%2f%2f{}&x=1",
    "oss://LTAI5tAbcdefgh:SeCrEt0123@{}/a",
    "acs:oss:*:*:{}/*",
    "acs:oss:cn-hangzhou:1234567890123456:{}",
    "s3://{}/models",
    "s3a://{}/models",
    "https://s3.amazonaws.com/{}/a",
    "https://{}.s3.us-east-1.amazonaws.com/a",
    "arn:aws:s3:::{}/*",
    "https://oss.console.aliyun.com/bucket/oss-cn-hangzhou/{}/object",
    "cp oss://{}/a.bin /mnt",
)
COMMANDS = (
    *("curl -su li:{} https://h.example", "curl https://h.example -kuli:{}", "curl --proxy-user 'li:{}' h", "http -a li:{} GET h.example"),
    *("https --auth=li:{} h.example", "lftp -e ls -u li,{} sftp://h.example", "smbclient //h/s -U 'team\\li%{}'", "rpcclient -Uli%{} h"),
    *("ossutil -i LTAIx -k {} cp a b", "ossutil64 ls -k {}", "obsutil config -i=x -k={}", "twine upload -u li -p {} dist/*"),
    *("mc alias set minio http://h.example:9000 li {} --api S3v4", "mcli config host add minio http://h.example li {}"),
    *("mysql -h h -u li -p{} db", "sudo /usr/bin/mysqldump --user=li -p'{}' db", "bash -c 'mysql -p{} db'", "mariadb db -p{}"),
    *("sshpass -p {} ssh h", "sshpass -p{} ssh h", "docker login -u li -p {} h.example", "podman login h.example -p '{}'"),
    *("redis-cli -h h -a {} ping", "cat a | redis-cli -a {} --pipe", "az login -u li -p {} --tenant x"),
    *(
        "helm registry login h -u li -p {}",
        "helm repo add a https://h.example --username li --password {}",
        "gcloud sql users set-password li --password={}",
    ),
    *("aws configure set aws_secret_access_key {}", "aws --profile li configure set aws_session_token {}", "git config hub.token {}"),
    *("npm config set //h.example/:_authToken {}", "npm config set //h.example/:_authToken={}", "//h.example/:_authToken={}"),
    *("snowsql -a x -u li -p {}", "SNOWSQL_PWD={} snowsql -a x", "databricks configure --token {}", "databricks --token {}"),
    *("hf auth login --token {}", "huggingface-cli login --token={}", "mongosh h -u li -p {}", "unzip -P {} a.zip", "7z x a.7z -p{}"),
    *("mosquitto_pub -u li -P {} -t x", "curl \\\n  -u li:{} \\\n  h", "run ['docker', 'login', '-p', '{}'] now"),
    *("PGPASSWORD= {} psql", "PASSWORD=${{PW:-{}}}"),
)
"""Passwords in commands; {} stands where one is."""
PREFIXES = (
    *("LTAI", "AKIA", "ABIA", "AIza", "ghp_", "ghr_", "github_pat_", "glpat-", "gldt-", "xoxb-12-", "xapp-1-A0-"),
    *("GOCSPX-", "npm_", "pypi-", "hf_", "sk-", "sk-ant-api03-", "sk_live_", "dop_v1_", "dapi", "SG.", "gsk_"),
    *("r8_", "nvapi-", "hvs.", "ya29.", "dckr_pat_", "glsa_", "AKID", "AKLT", "lin_api_", "sntrys_", "pplx-"),
    *("shpat_", "wandb_v1_", "rubygems_", "dp.pt.", "ntn_", "jina_", "whsec_"),
)
KEY_TEXTS = (
    ("https://h.example/p?OSSAccessKeyId=x&Signature={}&Expires=1", generated),
    ("https://user:{}@h.example/p", short_token),
    ("http://user:ab#{}@h.example/p", short_token),
    ("http://user:ab/{}@h.example/p", short_token),
    ("http://user:ab?{}@h.example/p", short_token),
    ("redis://:ab {}@h.example/p", short_token),
    ("http%3A%2F%2Fuser%3A{}%40h.example%2Fp", short_token),
    ("to=http%253A%252F%252Fuser%253A{}%2540h.example", short_token),
    ("//user:{}@h.example/p", short_token),
    ("jdbc:oracle:thin:scott/{}@h.example:1521:x", short_token),
    ("sqlplus scott/{}@h.example", short_token),
    ("mysql://root:{}@10.0.0.1:3306/db", passphrase),
    ("Authorization: Bearer {}", generated),
    ('curl -H "Authorization: Bearer {}" https://h.example', generated),
    ("password: correct horse {}", short_token),
    ("the passphrase: correct, horse {}, epochs: 3", short_token),
    ("password = correct horse; it's {}", short_token),
    ("密码：correct horse {}", short_token),
    ("train --password -{} --epochs 3", short_token),
    ("train --password=-{}", short_token),
    ('{{"auths": {{"registry.example": {{"auth": "{}"}}}}}}', short_token),
    ("docker auth: {}", generated),
    ("password_of_li: {}", short_token),
    ("secret_xyz={}", short_token),
    ("LTAI5t{}", short_token),
    ("STS.NT{}", short_token),
    ("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----", generated),
    ("write to {}@example.com", short_token),
    ("<AccessKeySecret>{}</AccessKeySecret>", short_token),
    ("https://oapi.dingtalk.com/robot/send?access_token={}", generated),
    ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={}", uuid_of),
    ("https://open.feishu.cn/open-apis/bot/v2/hook/{}", uuid_of),
    ("https:\\/\\/open.larksuite.com\\/open-apis\\/bot\\/v2\\/hook\\/{}", uuid_of),
    ("https://hooks.slack.com/services/T024BE7LD/B024BE7LD/{}", short_token),
    ("url=https%3A%2F%2Fhooks.slack.com%2Fservices%2FT024BE7LD%2F{}&x=1", short_token),
    ("post to [us](https://discord.com/api/webhooks/123456/{}).", short_token),
    ("https://team.webhook.office.com/webhookb2/11@22/IncomingWebhook/{}/33", short_token),
    ("https://api.telegram.org/bot123456:{}/sendMessage", short_token),
    ("https://ci.example/api/webhook/{}", generated),
    ("DINGTALK_WEBHOOK={} EPOCHS=3", address),
    ("DefaultEndpointsProtocol=https;AccountName=x;AccountKey={}+/==;EndpointSuffix=core.windows.net", generated),
    ("Endpoint=sb://x.example/;SharedAccessKeyName=all;SharedAccessKey={}=", generated),
    *((prefix + "{}", generated) for prefix in PREFIXES),
    ("ms-{}", uuid_of),
    ("the password is {} now", short_token),
    ("password -> {}", short_token),
    ("密码是{}", short_token),
    ("密钥（生产）：{}", short_token),
    ("machine h.example login me password {}", short_token),
    ("sshpass -p {} ssh h", short_token),
    ("ossutil config -e oss-cn-hangzhou.aliyuncs.com -i id -k {}", short_token),
    ("odpscmd -u id -p {}", short_token),
    ("sqlcmd -S h -U sa -P {}", short_token),
    ("unzip -P {} a.zip; 7z x a.7z", short_token),
    ("echo {} | docker login --username a --password-stdin h", short_token),
    ("aws configure set aws_secret_access_key {}", short_token),
    ("wandb login --relogin {}", generated),
    ("口令 {}", short_token),
    *((command, passphrase) for command in COMMANDS),
    *((command, word_and_digit) for command in ("wandb login {}", "swanlab login --relogin {}", "cargo login {}")),
)
ID_TEXTS = ("acs:ram::{}:role/pai", "made by {}.", "log/{}/run", "https://h.example/{}/a")

PLACES = {
    "description": lambda node: {"VersionDescription": node},
    "label": lambda node: {"Labels": [{"Key": "note", "Value": node}]},
    "specification": lambda node: {"InferenceSpec": {"storage": [{"mount": {"path": node}}]}},
    "training": lambda node: {"TrainingSpec": {"HyperParameters": [node, 0.1]}},
    "options": lambda node: {"Options": json.dumps({"args": node})},
    "metric": lambda node: {"Metrics": {"Results": [{"Dataset": {"DatasetId": "d"}, "Metrics": {"note": node}}]}},
    "name": lambda node: {"InferenceSpec": {node if isinstance(node, str) else json.dumps(node): 1}},
    "address": lambda node: {"Uri": node, "SourceId": "x"},
}


def placements():
    """Yield every placement, each with a secret of its own; the places take turns."""
    numbers = itertools.count(1000)
    places = itertools.cycle(PLACES.items())

    def placed(way, make, value):
        node = make(value)
        place, put = next(places)
        return Placement(f"{way}, {place}", {"VersionName": "0.1.0", **put(node)}, value)

    for names, makers in (
        (NAMES_OF_KEYS, (passphrase, short_token, generated)),
        (NAMES_OF_OPAQUE, (short_token, generated)),
        (NAMES_OF_BUCKETS, (bucket_name,)),
        (NAMES_OF_IDS, (account_id,)),
    ):
        for name, maker in itertools.product(names, makers):
            value = maker(next(numbers))
            for way, node in named_notations(name, value):
                yield placed(f"{name} {maker.__name__} {way}", lambda _, node=node: node, value)
    texts = [(text, bucket_name) for text in BUCKET_TEXTS] + list(KEY_TEXTS) + [(text, account_id) for text in ID_TEXTS]
    for (text, maker), (place, put) in itertools.product(texts, PLACES.items()):
        value = maker(next(numbers))
        yield Placement(f"{text}, {place}", {"VersionName": "0.1.0", **put(text.format(value))}, value)
