"""Chinese translations by the English text; only `phrases` reads them, when something is first said in Chinese.

Entries stand in `zh.po`, as gettext writes them: the English sentence, then the Chinese one, with the same names in braces.
"""

import importlib.resources
import json
import re

_TEXT = r'((?:"(?:[^"\\]|\\.)*"\s*)+)'
_ENTRY = re.compile(rf"^msgid {_TEXT}msgstr {_TEXT}", re.MULTILINE)


def read_entries(text: str) -> dict[str, str]:
    r"""Read the entries of a catalogue.

    Examples
    --------
    >>> read_entries('# states\nmsgid "absent"\nmsgstr "缺失"\n')
    {'absent': '缺失'}
    """

    def joined(texts: str) -> str:
        return "".join(json.loads(each) for each in re.findall(r'"(?:[^"\\]|\\.)*"', texts))

    return {joined(english): joined(chinese) for english, chinese in _ENTRY.findall(text)}


SEPARATORS = {" ": "", ", ": "、", "; ": "；", " and ": " 与 ", "\n": "\n", " · ": " · "}

_PIECES = {
    "{what}. {hint}": "{what}。{hint}",
    "{what} ({evidence})": "{what}（{evidence}）",
    "request {id}": "请求 {id}",
    "{what}: {said}": "{what}：{said}",
    "{what}; nearest: {names}": "{what}；最接近的名称：{names}",
    "{name}, {reason}": "{name}（{reason}）",
    "{name} {text}": "{name} {text}",
    "{names} {source}": "{names}：{source}",
    "{mode} ({source})": "{mode}（{source}）",
    "{kind} {sentence}": "{kind} {sentence}",
    "{count}: {names}": "{count} 个：{names}",
    "and {count} more": "另有 {count} 个",
    "{shown} and {count} more": "{shown} 等（另有 {count} 个未列出）",
    "{count} value": "{count} 个值",
    "{count} values": "{count} 个值",
    "{count} place": "{count} 处",
    "{count} places": "{count} 处",
    "{count} models": "{count} 个模型",
    "{count} datasets": "{count} 个数据集",
    "{count} metrics": "{count} 项指标",
}

_STATES = {
    "number": "数值",
    "absent": "缺失",
    "no metrics": "无指标",
    "null": "null",
    "NaN": "NaN",
    "infinite": "无穷大",
    "numeric text": "数字文本",
    "text": "文本",
    "boolean": "布尔值",
    "series": "序列",
    "matrix": "矩阵",
    "fetch failed": "获取失败",
    "none": "无",
    "not recorded": "未记录",
    "no dataset": "未注明的数据集",
}

_TABLE = {
    "Other fields": "其他字段",
    "Metrics": "指标",
    "Labels": "标签",
    "metrics": "指标",
    "labels": "标签",
    "dataset": "数据集",
    "setting": "设置",
    "field": "字段",
    "trend": "走势",
    "▁ lowest to ▇ highest of a row, versions in the order of their names; · no number": (
        "▁ 为该行最低值，▇ 为最高值，版本按名称排序；· 表示没有数值"
    ),
    "{low} to {high}": "{low} 至 {high}",
    "{count} =": "{count} 项 =",
    "{count} changed": "{count} 项有变更",
    "{count} missing": "{count} 项缺失",
    "{shown} of {total} shown": "共 {total} 行，显示 {shown} 行",
    "baseline": "基线",
    "higher": "越高越好",
    "lower": "越低越好",
    "better": "变好",
    "worse": "变差",
    "new": "新增",
    "gone": "已移除",
    "changed": "有变更",
    "changed from {before} to {after}": "由{before}变为{after}",
    "best": "最优",
    "✓ true": "✓ 是",
    "✗ false": "✗ 否",
    "{count} values, {how} {text}": "{count} 个值，{how} {text}",
    "a list of {count} numbers: pass series='mean', 'last', 'max' or 'min'": (
        "{count} 个数的列表：请指定 series='mean'、'last'、'max' 或 'min'"
    ),
    "last": "最后为",
    "mean": "平均为",
    "max": "最大为",
    "min": "最小为",
    "series: {pattern!r} matches no metric": "series：没有指标匹配 {pattern!r}",
    "{what} is given for a list: for each number or for all of them is unknown": "{what} 旁边是一个列表：不知道它属于每个数还是全部",
    "{rows}×{columns} matrix": "{rows}×{columns} 矩阵",
    "{text}… {count} more characters": "{text}… 另有 {count} 个字符",
    "{count} version against {baseline}, {reason}": "{count} 个版本，以 {baseline} 为基线（{reason}）",
    "{count} versions against {baseline}, {reason}": "{count} 个版本，以 {baseline} 为基线（{reason}）",
    "as asked for": "用户指定",
    "the newest approved version": "最新创建的 Approved 版本",
    "none of these {count} is approved; {name} taken": "这 {count} 个版本的准入状态均不是 Approved，取 {name}",
    "none of these {count} is approved; {name} ({status}) taken": "这 {count} 个版本的准入状态均不是 Approved，取 {name}（{status}）",
    "the only version": "唯一的版本",
    "the highest version": "版本号最高的版本",
    "the latest version": "最新创建的版本",
    "the version created before the latest": "次新创建的版本",
    "the first version": "版本号最低的版本",
    "{reason} by name, as no time of creation is known": "{reason}（创建时间未知，按名称排序）",
    "no versions": "没有版本",
    "{count} identical row hidden; only='all' shows it.": "已隐藏 {count} 行无差异的内容；设置 only='all' 可全部显示。",
    "{count} identical rows hidden; only='all' shows them.": "已隐藏 {count} 行无差异的内容；设置 only='all' 可全部显示。",
    "Showing {shown} of {total} rows; all of them are counted, and in the object, as .rows and .to_frame().": (
        "共 {total} 行，此处显示前 {shown} 行；计数包含全部行，完整内容见该对象的 .rows 或 .to_frame()。"
    ),
    "Showing {shown} of {total} versions; all of them are in the object.": "共 {total} 个版本，此处显示 {shown} 个；完整内容见该对象。",
    "told": "用户指定",
    "inferred": "按名称推断",
    "{mode} ({source}: {reason})": "{mode}（{source}：{reason}）",
    "{source} ({reason})": "{source}（{reason}）",
    "the name says what it is measured by, not how good it is": "从名称看，它是计数、设置或离散度，不是好坏指标",
    "{words} disagree": "{words} 的方向相互矛盾",
    "the name does not say": "从名称无法判断",
    "from {words}": "依据 {words}",
    "by {pattern!r}": "由 {pattern!r} 指定",
    "set to unknown by {pattern!r}": "由 {pattern!r} 指定为不判断方向",
    "unknown": "未知",
    "{count} of {total} versions could not be fetched: {shown}": "{total} 个版本中有 {count} 个获取失败：{shown}",
    "No versions to compare.": "没有可对比的版本。",
    "There is only one version, {name}: nothing to compare it with.": "只有一个版本 {name}，没有可与其对比的版本。",
    "Careful: {text}": "注意：{text}",
}

_CAUTIONS = {
    "no dataset in common with {baseline}: {versions}": "与 {baseline} 没有共同的数据集：{versions}",
    "no metric in common with {baseline}: {versions}": "与 {baseline} 没有共同的指标：{versions}",
    "the baseline {baseline} has no metrics": "基线 {baseline} 没有指标",
    "{metric} of {versions} was measured on {datasets}, not where the baseline's was": (
        "{versions} 的 {metric} 来自 {datasets}，与基线的数据集不同"
    ),
    "{metrics} of {versions} were measured on {datasets}, not where the baseline's were": (
        "{versions} 的 {metrics} 来自 {datasets}，与基线的数据集不同"
    ),
    "{metrics} of {versions}: no dataset is named, so it may differ from the baseline's": (
        "未注明数据集，无法得知是否与基线的相同：{versions} 的 {metrics}"
    ),
    "{metrics} of the baseline: no dataset is named, so it may differ from that of {versions}": (
        "未注明数据集，无法得知是否与 {versions} 的相同：基线的 {metrics}"
    ),
    "{metric} looks like percent in {versions} and like a fraction elsewhere": (
        "{metric} 在 {versions} 中疑似百分数（0～100），在其他版本中疑似比例（0～1）"
    ),
    "{name} is named by its id in {versions} and by its Uri in {others}: the same data, compared as two datasets": (
        "{name} 在 {versions} 中以 ID 注明，在 {others} 中以 Uri 注明：数据相同，按两个数据集分别对比"
    ),
    "{metric} differs ({counts}): not measured on the same number of examples": "{metric} 不一致（{counts}）：各版本的评测样本数不同",
    "{metrics} compares across frameworks: {frameworks}": "各版本的框架不同（{frameworks}），{metrics} 未必可比",
    "{metrics} compare across frameworks: {frameworks}": "各版本的框架不同（{frameworks}），{metrics} 未必可比",
    "evaluated in different ways: {names} of the evaluation spec differ": "评测方式不同：评测配置中的 {names} 不一致",
    "{names} differ only in case or encoding": "{names} 仅大小写或编码不同",
    "numbers sent as text, compared as numbers: {metrics}": "以下指标的值是文本，已按数字比较：{metrics}",
    "{metric} is stated more than once, differently, in {versions}: no difference is shown": (
        "{metric} 在 {versions} 中重复出现且取值不同，未计算差值"
    ),
    "list": "列表",
    "object": "对象",
    "{name} is compared by position: not every object in it has a name of its own": "{name} 按位置对比：其中有的对象没有自己的名称",
    "tolerance: {pattern!r} matches no metric": "tolerance：没有指标匹配 {pattern!r}",
    "directions: {pattern!r} matches no metric": "directions：没有指标匹配 {pattern!r}",
    "exclude: {pattern!r} matches no row": "exclude：没有行匹配 {pattern!r}",
    "include: {pattern!r} matches no row": "include：没有行匹配 {pattern!r}",
    "dataset: {dataset!r} is not among the measured datasets": "dataset：没有版本在 {dataset!r} 上评测过",
}

_EXPLANATION = {
    "{text} ({difference})": "{text}（{difference}）",
    "{text}, {word}": "{text}，{word}",
    "{path} on {dataset}": "{path}（{dataset}）",
    "label {name}": "标签“{name}”",
    "{section} {path}": "{section} {path}",
    "approval status": "准入状态",
    "framework type": "模型框架",
    "format type": "模型格式",
    "source type": "来源类型",
    "source id": "来源 ID",
    "uri": "存储位置",
    "request id": "请求 ID",
    "model": "模型",
    "created": "创建时间",
    "modified": "更新时间",
    "user id": "用户 ID",
    "owner id": "阿里云账号 ID",
    "description": "版本描述",
    "training spec": "训练配置",
    "inference spec": "推理配置",
    "evaluation spec": "评测配置",
    "compression spec": "压缩配置",
    "distillation spec": "蒸馏配置",
    "extra information": "其他信息",
    "options": "扩展字段",
}

_GATES = {
    "Gate": "质量门禁",
    "No regression": "退化检查",
    "passed": "通过",
    "failed": "未通过",
    "skipped": "跳过",
    "check": "检查项",
    "checks": "项检查",
    "version": "版本",
    "value": "数值",
    "actual value": "实际值",
    "allowed": "允许范围",
    "remark": "说明",
    "fetch": "获取版本",
    "no rule": "未写规则",
    "no version": "无可检查版本",
    "no regression": "不得退化",
    "{bound} (baseline)": "{bound}（基线）",
    "{bound} (baseline {more})": "{bound}（基线 {more}）",
    "{address} could not be fetched: {error}": "{address} 获取失败：{error}",
    "no versions to check": "没有可检查的版本",
    "the only version is the baseline {name} itself": "唯一的版本就是基线 {name} 本身",
    "the gate has no rule; write one a line": "门禁未包含任何规则，请每行写一条规则",
    "no version has this metric": "所有版本都没有该指标",
    "no version has this metric; nearest: {names}": "所有版本都没有该指标；最接近的是 {names}",
    "no version has a metric {pattern!r}; nearest: {names}": "所有版本都没有指标 {pattern!r}；最接近的是 {names}",
    "{reason}; {removed}": "{reason}；{removed}",
    "no version has a metric {pattern!r}": "所有版本都没有指标 {pattern!r}",
    "the value is {state}": "实际值：{state}",
    "the version has no metrics": "该版本没有指标",
    "the value is {text}": "实际值：{text}",
    "the value is {state}: {text}": "实际值不是数字（{state}）：{text}",
    "the value is {state}, the baseline's is {base}": "实际值：{state}；基线值：{base}",
    "the baseline has no number to compare with": "基线没有可供比较的数值",
    "the baseline has nothing to compare with": "基线没有可供比较的值",
    "the baseline does not have it": "基线没有该指标",
    "it was left out by include (--metrics)": "include（--metrics）未包含该指标",
    "it was left out by exclude (--exclude)": "exclude（--exclude）排除了该指标",
    "it was left out by dataset (--dataset)": "dataset（--dataset）排除了该指标",
    "below the bound": "低于阈值",
    "above the bound": "高于阈值",
    "on the bound": "等于阈值",
    "{rule}: higher is better for {metrics}": "{rule}：以下指标越高越好：{metrics}",
    "{rule}: lower is better for {metrics}": "{rule}：以下指标越低越好：{metrics}",
    "{bound} (baseline {more}, relative)": "{bound}（基线 {more}，相对值）",
    "as measured: 95 % interval of the difference {low} to {high} includes the bound": (
        "按测量值判断：差值的 95% 置信区间 {low} 至 {high} 包含阈值"
    ),
    "as measured: 95 % interval of the value {low} to {high} includes the bound": (
        "按测量值判断：该值的 95% 置信区间 {low} 至 {high} 包含阈值"
    ),
    "as measured: no interval known": "按测量值判断：置信区间未知",
    "{said}, only as measured": "{said}（仅按测量值）",
    "{said}, {count} of them only as measured": "{said}（其中 {count} 项仅按测量值）",
    "passed as measured: {versions}": "按测量值通过：{versions}",
    "{title} {number}": "{title} {number}",
    "{title} ({judged})": "{title}（{judged}）",
    "{allowed}, with {level} % confidence (one-sided)": "{allowed}，置信度 {level}%（单侧）",
    "difference": "差值",
    "true value": "真实值",
    "the {what} is no lower than {end} ({level} % confidence)": "{what}不低于 {end}（置信度 {level}%）",
    "the {what} could be as low as {end} ({level} % confidence)": "{what}可能低至 {end}（置信度 {level}%）",
    "the {what} is no higher than {end} ({level} % confidence)": "{what}不高于 {end}（置信度 {level}%）",
    "the {what} could be as high as {end} ({level} % confidence)": "{what}可能高至 {end}（置信度 {level}%）",
    "{reason}; without a margin this asks for proof of being better": "{reason}；未设余量，等于要求证明该版本更好",
    "no interval of the value is known; n or a standard error beside it would give one": (
        "该值的置信区间未知；在旁边写明 n 或标准误即可得到"
    ),
    "percentage points need a fraction, and {metric} is not one": "百分点只适用于比例，而 {metric} 不是比例",
    "The baseline is the previous version: small losses add up from release to release. Compare with approved too.": (
        "基线是上一个版本：小幅退化会逐版累积，请同时与 approved 对比。"
    ),
    "Each version is judged by itself: of many at the margin, some pass by chance.": (
        "各版本单独判断：若有多个版本接近阈值，其中一些可能因随机波动而通过。"
    ),
    "no metric with a known direction": "没有方向已知的指标",
    "no metric with a known direction; nearest: {names}": "没有方向已知的指标；最接近的是 {names}",
    "worse beyond chance (95 % for all statements together)": "变差，且超出随机波动范围（全部结论的联合置信度 95%）",
    "worse beyond chance taken singly, but not with all checks taken together (95 %)": ("单独判断为变差，但综合全部检查后证据不足（95%）"),
    "no loss shown; a true loss of up to about {unseen} may go unseen ({reason})": (
        "未发现退化；若真实退化在约 {unseen} 以内，可能无法检出（{reason}）"
    ),
    "nothing could be checked; {reason}": "没有可检查的内容；{reason}",
    "{count} of {total} metrics could not be checked: no interval known": "{total} 项指标中有 {count} 项无法检查：置信区间未知",
    "worse beyond chance (95 %), {direction}": "变差，且超出随机波动范围（95%），该指标{direction}",
    "higher than the baseline, {direction}": "高于基线（该指标{direction}）",
    "lower than the baseline, {direction}": "低于基线（该指标{direction}）",
    "higher is better": "越高越好",
    "lower is better": "越低越好",
    "direction unknown": "方向未知",
    "changed to {text}": "变为 {text}",
    "{state} cannot be checked": "无法检查：{state}",
    "changed, and which way is better is {direction}": "有变化，但无法判断好坏。方向：{direction}",
    "note: {metric} is better when higher, and this rule accepts any lower value": (
        "注意：{metric} 越高越好，但该规则没有下限，任何更低的值都会通过"
    ),
    "note: {metric} is better when lower, and this rule accepts any higher value": (
        "注意：{metric} 越低越好，但该规则没有上限，任何更高的值都会通过"
    ),
}

_REPORT = {
    "Comparison of {models}": "{models} 版本对比报告",
    "Answer": "结论",
    "Every difference": "全部差异",
    "Before you compare": "可比性检查",
    "What changed": "变化摘要",
    "Comparison": "版本对比",
    "Charts": "图表",
    "Data sheet": "数据来源",
    "Make it again": "复现代码",
    "What was masked": "脱敏说明",
    "models": "模型",
    "versions": "版本",
    "registry": "模型仓库",
    "workspace": "工作空间",
    "fetched": "获取时间",
    "request ids": "请求 ID",
    "fingerprint": "数据指纹",
    "written by": "生成工具",
    "Nothing found that makes these versions hard to compare.": "未发现影响可比性的问题。",
    "The fingerprint is that of the data before masking; the code compares the data as the registry has it.": (
        "数据指纹按脱敏前的数据计算；运行复现代码得到的是模型仓库中未脱敏的数据。"
    ),
    "Charts need matplotlib: install pai-notebook[plot].": "绘图需要 matplotlib，请安装 pai-notebook[plot]。",
    "Change of metrics against {baseline}: {metrics}": "各项指标相对基线 {baseline} 的变化：{metrics}",
    "{name}  {direction}": "{name}（{direction}）",
    "↑ higher is better": "↑ 越高越好",
    "↓ lower is better": "↓ 越低越好",
    "Dot plot of {metric}": "点图：{metric}",
    "{kind}: {values} in {places}, first in {first}": "{kind}：{values}，共出现 {places}，首次出现在 {first}",
    "user": "用户 ID",
    "owner": "阿里云账号 ID（OwnerId）",
    "account": "其他账号 ID",
    "bucket": "OSS Bucket",
    "query": "URL 参数",
    "login": "URL 中的登录凭据",
    "key": "密钥或令牌",
    "mail": "邮箱地址",
}

_LEFT_OUT = {
    "showing {shown:,} of {total:,} {unit}": "共 {total:,} {unit}，此处显示其中 {shown:,} 条",
    "+{count:,} more": "另有 {count:,} 个",
    "… {count:,} more characters": "… 另有 {count:,} 个字符",
    "\n… {count:,} empty lines …\n": "\n… {count:,} 个空行 …\n",
    "… {count:,} unchanged words …": "… {count:,} 个词未变 …",
}

_CHANCE = {
    "{level} % interval {low} to {high}": "{level}% 置信区间 {low} 至 {high}",
    "≈ could be chance: the 95 % interval of the difference includes zero.": "≈ 可能是随机波动：差值的 95% 置信区间包含 0。",
    "≈ could be chance: the 95 % interval of the difference includes zero or a difference within the tolerance.": (
        "≈ 可能是随机波动：差值的 95% 置信区间包含 0 或容差以内的差值。"
    ),
    "95 % each: if nothing differed, up to about {expected} of these {count} would pass.": (
        "每项单独按 95% 判断：即使全无差异，这 {count} 项中也会有至多约 {expected} 项被判为变好或变差。"
    ),
    "? no interval known in {count} of {total} rows.": "? {total} 行中有 {count} 行的置信区间未知。",
    "Where the intervals come from": "置信区间的依据",
    "{count} row": "{count} 行",
    "{count} rows": "{count} 行",
    "{points} pp": "{points} 个百分点",
    "best as measured": "按测量值最优",
    "best, but not told apart": "最优，但与其他版本无法区分",
    "not told apart from the best": "与最优者无法区分",
    "highest": "最高",
    "lowest": "最低",
    "{version} is {extreme}": "{extreme}：{version}",
    "{versions} are equal and {extreme}": "并列{extreme}：{versions}",
    "{versions} are {extreme}, within the tolerance of {version}": "{extreme}（与 {version} 相差在容差以内）：{versions}",
    "{head}; {others} cannot be told apart from it (95 % together).": "{head}；以下版本与之无法区分（联合置信度 95%）：{others}。",
    "{head}; {others} cannot be told apart from them (95 % together).": "{head}；以下版本与它们无法区分（联合置信度 95%）：{others}。",
    "{head}, told apart from every other with a number (95 % together).": "{head}；与其他有数值的各版本均可区分（联合置信度 95%）。",
    "{head}, told apart from every other (95 % together).": "{head}；与其他各版本均可区分（联合置信度 95%）。",
    "{head} as measured; {reason}.": "{head}（按测量值；{reason}）。",
    "{head} as measured against {others}; {reason}.": "{head}（按测量值，相对于 {others}；{reason}）。",
    "The lead over {version} could be chance: {interval} ({reason}).": "相对 {version} 的领先可能是随机波动：{interval}（{reason}）。",
    "The lead over {version} is beyond chance (95 %): {interval} ({reason}).": (
        "相对 {version} 的领先超出随机波动范围（95%）：{interval}（{reason}）。"
    ),
    "The lead over {version} is beyond chance taken singly (95 %), but not with all versions taken together: {interval} ({reason}).": (
        "单独与 {version} 相比，领先超出随机波动范围（95%），但综合全部版本后证据不足：{interval}（{reason}）。"
    ),
    "Highest of {count} that cannot be told apart: on fresh examples expect less, by up to about {luck}.": (
        "{count} 个无法区分的版本中的最高值：在新样本上预计会更低，最多低约 {luck}。"
    ),
    "Lowest of {count} that cannot be told apart: on fresh examples expect more, by up to about {luck}.": (
        "{count} 个无法区分的版本中的最低值：在新样本上预计会更高，最多高约 {luck}。"
    ),
    "it says how sure another metric is": "它说明另一项指标的可靠程度",
    "it was measured on the training data": "它是在训练数据上测得的",
    "one of the two is not a number": "两者之一不是数值",
    "one looks like percent and the other like a fraction": "一个疑似百分数，另一个疑似比例",
    "no interval known": "置信区间未知",
    "could be chance": "可能是随机波动",
    "beyond chance ({level} %)": "超出随机波动范围（{level}%）",
    "no interval known: n beside the metric, or n=, would give one": "置信区间未知：在指标旁写明 n，或指定 n=，即可得出",
    "no interval known: measured once; repeats (n_runs) or a standard error would give one": (
        "置信区间未知：只测量过一次；写明重复次数（n_runs）或标准误，即可得出"
    ),
    "{basis}; n is DataCount of the dataset": "{basis}；n 取自数据集的 DataCount",
    "n = {n} and {n_baseline}, as if measured on different examples": "n = {n} 和 {n_baseline}，按评测样本不同计算",
    "n = {n} and {n_baseline}, as if measured on different examples; on the same ones the interval is usually narrower": (
        "n = {n} 和 {n_baseline}，按评测样本不同计算；若样本相同，置信区间通常更窄"
    ),
    "{basis}; a net difference of {net} could be chance even example by example": (
        "{basis}；净差为 {net} 个样本，即使逐样本比较也可能是随机波动"
    ),
    "{basis}; the answers to each example may decide": "{basis}；逐样本比较也许能够判定",
    "from the stated standard errors": "依据给出的标准误",
    "intervals taken as 95 %": "给出的区间按 95% 置信区间处理",
    "from the stated {levels} intervals": "依据给出的 {levels} 置信区间",
    "exact: read off, not estimated": "精确值，并非估计",
    "{count} and {other} runs; {covers}": "{count} 次与 {other} 次运行；{covers}",
    "covers other runs and other examples": "涵盖其他运行和其他样本",
    "covers other runs, not other examples": "涵盖其他运行，不涵盖其他样本",
    "{counts} folds that share training data (corrected)": "{counts} 折，训练数据有重叠（已校正）",
    "{count} and {other} runs are too few to know their spread": "{count} 次与 {other} 次运行太少，无法得知离散度",
    "folds in one version, runs in the other": "一个版本是交叉验证的折，另一个是重复运行",
    "identical repeats: no spread": "各次重复完全相同：没有离散度",
    "{what} is given for {known}, not for {unknown}": "{known} 有 {what}，{unknown} 没有",
    "{what} is given for several parts of the data": "{what} 旁边有数据多个部分的指标",
    "the values are not between 0 and 1": "值不在 0 与 1 之间",
    "shares are written in percent elsewhere, so {value} may be percent too": "别处的比例写成了百分数，因此 {value} 也可能是百分数",
    "{what} = {count} is not a number of examples": "{what} = {count} 不是样本数",
    "{value} of {count} is not a whole number": "{value} × {count} 不是整数",
    "{name} is 0": "{name} 为 0",
    "{name} = {error} cannot be the standard error of {value}": "{name} = {error} 不可能是 {value} 的标准误",
    "{name} does not hold {value}": "{name} 不包含 {value}",
    "{name} is given, but not whether over examples, runs or folds; write {error}, or n_runs": (
        "有 {name}，但未说明是样本之间、运行之间还是各折之间的；请写 {error}，或写明 n_runs"
    ),
    "{name} = {spread} over {count} does not give a spread": "{name} = {spread}（共 {count} 次）不能说明离散度",
}

_VERDICT = {
    "some values look like percent and others like fractions": "部分值疑似百分数，部分值疑似比例",
    "In {metrics} nothing is better or worse than {baseline} beyond chance (95 % together).": (
        "{metrics}：各版本与 {baseline} 的差异均未超出随机波动范围（联合置信度 95%）。"
    ),
    "Worse than {baseline} beyond chance (95 % together): {versions}.": (
        "差于 {baseline}，且超出随机波动范围（联合置信度 95%）：{versions}。"
    ),
    "Better than {baseline} beyond chance (95 % together): {versions}.": (
        "好于 {baseline}，且超出随机波动范围（联合置信度 95%）：{versions}。"
    ),
    "Worse beyond chance taken singly (95 %), but not with all that was compared taken together: {versions}.": (
        "单独判断为变差（95%），但综合全部对比后证据不足：{versions}。"
    ),
    "Better beyond chance taken singly (95 %), but not with all that was compared taken together: {versions}.": (
        "单独判断为变好（95%），但综合全部对比后证据不足：{versions}。"
    ),
    "Nothing is shown to be worse in {versions}; it could still be worse by up to about {losses}.": (
        "未发现 {versions} 变差，但不能排除变差，幅度最多约为 {losses}。"
    ),
    "{size} in {metric}": "{metric} {size}",
    "{version} (baseline)": "{version}（基线）",
    "{size} in {metric} ({version})": "{metric} {size}（{version}）",
    "{difference} in {version}": "{difference}（{version}）",
    "Not a number: {versions}.": "不是数值：{versions}。",
    "Not a number in {baseline}: {metrics}.": "{baseline} 中不是数值：{metrics}。",
    "What is given for {metrics} gives no interval: {reason}.": "所给信息无法得出 {metrics} 的置信区间：{reason}。",
    "Metrics: {count} rows in {lines} lines; the rows of a line are folded below": (
        "指标：共 {count} 行，汇总为 {lines} 行；每个汇总行的明细折叠在下方"
    ),
    "Metrics: {count} rows in {lines} lines of {each}; the rows of a line are folded below": (
        "指标：共 {count} 行，汇总为 {lines} 行（每行 {each}）；每个汇总行的明细折叠在下方"
    ),
    "Rows of each line": "各汇总行的明细",
    "{count} lines": "{count} 行",
    "{difference} over {count} datasets": "{count} 个数据集上均为 {difference}",
    "{low} to {high} over {count} datasets": "{count} 个数据集上为 {low} 至 {high}",
    "equal as measured or within the tolerance in {versions}": "{versions} 的测量值相同，或相差在容差以内",
    "{metrics} and {count} more metrics": "{metrics} 等（另有 {count} 项指标）",
    "{shown}; and {count} more versions": "{shown}；另有 {count} 个版本",
    "known for {versions} only": "只有 {versions} 有数值",
    "no version": "无版本",
    "{text}, told apart from every other with a number (95 % in this metric alone)": (
        "{text}，与其他有数值的各版本均可区分（仅就该指标而言，95%）"
    ),
    "By {metric}: {versions}.": "按 {metric}：{versions}。",
    "Lists of numbers are not judged: {metrics}; pass series= to choose a number.": (
        "以下指标是一组数，未作判断：{metrics}；请用 series= 指定取哪个数。"
    ),
    "Not judged, as some values look like percent and others like fractions: {metrics}.": (
        "部分值疑似百分数，部分值疑似比例，未作判断：{metrics}。"
    ),
    "Equal to {baseline} as measured in every quality metric.": "所有质量指标的测量值均与 {baseline} 相同。",
    "Cost, beyond chance (95 % each): {versions}.": "开销差异超出随机波动范围（每项单独 95%）：{versions}。",
    "= equal as measured, or within the tolerance": "= 测量值相同，或相差在容差以内",
    "{title} failed: nothing was checked": "{title}未通过：未执行任何检查",
    "{title}: {count} of {total} checks failed": "{title}：{total} 项检查中有 {count} 项未通过",
    "{title}: {version} failed {count} of {total} checks": "{title}：{version} 的 {total} 项检查中有 {count} 项未通过",
    "{title}: {version} passed all of {total} checks": "{title}：{version} 通过全部 {total} 项检查",
    "{title}: the check failed": "{title}：检查未通过",
    "{title} passed: {count} check": "{title}通过：{count} 项检查",
    "{title} passed: {count} checks": "{title}通过：{count} 项检查",
    "{said}; {skipped} skipped, not counted": "{said}；另跳过 {skipped} 项，不计入",
    "{rule}: {count} more failed": "{rule}：另有 {count} 项未通过",
    "{count} failed": "{count} 项未通过",
    "whole numbers above 2**53 are not checked: a float does not tell them apart": "大于 2**53 的整数不作检查：浮点数无法区分它们",
    "{rule}: {reason}": "{rule}：{reason}",
    "Failed": "未通过",
    "Passed": "通过",
    "Skipped": "跳过",
    "{version} failed {count}": "{version} 有 {count} 项未通过",
    "passed: {versions}": "通过：{versions}",
    "metric": "指标",
    "rule": "规则",
    "No verdict: no metric says how good these versions are.": "无法得出结论：没有能说明版本好坏的指标。",
    "No verdict: no metric was measured in {baseline} and in another version.": "无法得出结论：{baseline} 与其他版本没有共同的指标。",
    "{version} in {metrics}": "{version} 的 {metrics}",
    "{metric} ({differences})": "{metric}（{differences}）",
    "{metric} ({datasets})": "{metric}（{datasets}）",
    "{dataset} {difference}": "{dataset} {difference}",
    "{versions} ({value})": "{versions}（{value}）",
    "{text} on {dataset}": "{dataset} 上：{text}",
    "{text}, from which {others} cannot be told apart": "{text}，{others} 与其无法区分",
    "{text}, as measured": "{text}（按测量值）",
    "Best by {metric}: {versions}.": "按 {metric} 最优：{versions}。",
    "No interval is known, so that nothing can be called better or worse: {metrics}.": "以下指标的置信区间未知，无法判断好坏：{metrics}。",
    "No interval is known for {metrics}.": "{metrics} 的置信区间未知。",
    "As measured, ahead of {baseline}: {versions}.": "按测量值好于 {baseline}：{versions}。",
    "As measured, behind {baseline}: {versions}.": "按测量值差于 {baseline}：{versions}。",
    "Missing: {versions}.": "缺失的指标：{versions}。",
    "In {versions} no metric can be compared with {baseline}: none was measured in both.": (
        "{versions} 与 {baseline} 没有共同的指标，无法对比。"
    ),
    "Not measured in {baseline}: {metrics}.": "{baseline} 没有以下指标：{metrics}。",
    "The direction of {metrics} is unknown; pass directions=.": "{metrics} 的方向未知，请用 directions= 指定。",
    "Cost as measured: {versions}.": "开销（按测量值）：{versions}。",
    "Name the metric that matters: by={name!r}.": "请指明最重要的指标：by={name!r}。",
    "{name} {before} → {after}": "{name}：{before} → {after}",
    "{count} more": "另有 {count} 项",
    "{count} better": "{count} 项变好",
    "{count} worse": "{count} 项变差",
    "{count} ≈": "{count} 项 ≈",
    "{count} ?": "{count} 项 ?",
    "{count} of {total} settings and labels differ": "{total} 项设置与标签中有 {count} 项不同",
    "Cost": "开销",
    "Training": "训练",
    "Settings and labels": "设置与标签",
    "{count} of {total} differ": "{total} 项中有 {count} 项不同",
    "better, worse: beyond chance (95 %, each cell by itself)": "变好、变差：超出随机波动范围（每格单独 95%）",
    "≈ could be chance": "≈ 可能是随机波动",
    "? no interval known": "? 置信区间未知",
    "★ best, told apart from all others at once (95 % together)": "★ 最优，与其他所有版本均可区分（联合置信度 95%）",
    "☆ best as measured, or not told apart from it (95 % together)": "☆ 按测量值最优，或与最优者无法区分（联合置信度 95%）",
    "↑ ↓ which way is better": "↑ ↓ 越高或越低越好",
    "† a number that was sent as text": "† 以文本形式给出的数字",
    "More to be careful about": "更多注意事项",
    "directions": "方向",
    "datasets": "数据集",
    "intervals": "置信区间",
    "How to read this": "如何阅读",
    "The metrics do not differ.": "指标没有差异。",
    "{short}: {name}": "{short}：{name}",
    "{count} more sentences": "另有 {count} 句",
}

_PLOTS = {
    "{name}": "{name}",
    "higher is better →": "越高越好 →",
    "← lower is better": "← 越低越好",
    "{name} (baseline)": "{name}（基线）",
    "● better": "● 变好",
    "◆ worse": "◆ 变差",
    "{marks} beyond chance (95 % each)": "{marks}：超出随机波动范围（各 95%）",
    "○ not beyond chance": "○ 未超出随机波动范围",
    "▲ higher, ▼ lower": "▲ 升高，▼ 降低",
    "△ ▽ no interval known": "△ ▽ 置信区间未知",
    "– no number": "– 没有数值",
    "No number in {baseline}: {names}.": "{baseline} 没有数值：{names}。",
    "▲ better in one and worse in the other": "▲ 一项变好、另一项变差",
    "{marks} beyond chance (95 % each) in one of the two at least": "{marks}：至少一项超出随机波动范围（各 95%）",
    "whiskers: 95 % interval of the difference to {baseline}": "误差线：与 {baseline} 之差的 95% 置信区间",
    "change against {baseline}; filled only beyond chance (95 % each)": "相对 {baseline} 的变化；仅超出随机波动范围（各 95%）时着色",
    "Beyond the axis, at its end: {names}.": "超出坐标轴范围，画在轴端：{names}。",
    "The baseline and the best {count} of {total} versions; not drawn: {names}.": (
        "基线与 {total} 个版本中最好的 {count} 个；未画出：{names}。"
    ),
    "The baseline and the last {count} of {total} versions; not drawn: {names}.": (
        "基线与 {total} 个版本中最后的 {count} 个；未画出：{names}。"
    ),
    "The same in every version: {names}.": "各版本相同：{names}。",
    "Metrics not drawn: {names}.": "未画出的指标：{names}。",
    "Pareto front": "帕累托前沿",
    "Pareto front, as measured: no other version is as good in both and better in one: {names}.": (
        "帕累托前沿（按测量值）：没有其他版本两项都不差且至少一项更好：{names}。"
    ),
    "better {arrow}": "更好 {arrow}",
    "Not drawn, a number is missing: {names}.": "缺少数值，未画出：{names}。",
    "Without a name here: {names}.": "图中未标名：{names}。",
    "point": "点序号",
}

_NAMES = {
    "names of models": "模型名称",
    "names of datasets": "数据集名称",
    "numbers of examples of datasets": "数据集样本数",
    "names of people": "成员名称",
    "created by": "创建者",
    "{what} are not shown: the key may not call {permission}": "未显示{what}：密钥没有 {permission} 权限",
}

_ERRORS = {
    "lang={lang!r} is not known": "不支持 lang={lang!r}",
    "console={site!r} is not known": "不支持 console={site!r}",
    "Use 'china' or 'international'.": "请使用 'china' 或 'international'。",
    "Use lang='en' or lang='zh'.": "请使用 lang='en' 或 lang='zh'。",
    "%paimodel ls --query {query} looks for it in names, tasks and labels.": "%paimodel ls --query {query} 可按名称、任务和标签查找模型。",
}

TEMPLATES = (
    _NAMES | _PIECES | _STATES | _TABLE | _CAUTIONS | _EXPLANATION | _GATES | _REPORT | _LEFT_OUT | _CHANCE | _VERDICT | _PLOTS | _ERRORS
)
TEMPLATES |= read_entries(importlib.resources.files("pai_notebook.i18n").joinpath("zh.po").read_text("utf-8"))
