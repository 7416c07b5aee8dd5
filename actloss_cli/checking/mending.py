"""Advice as code: what theory or a rule says to exchange, in lines of PyTorch."""

from collections.abc import Mapping

from actloss_cli import catalogue

_OUTPUTS: Mapping[str, str] = {
    "sigmoid": "outputs = torch.sigmoid(logits)",
    "softmax": "outputs = F.softmax(logits, dim=1)",
    "log_softmax": "outputs = F.log_softmax(logits, dim=1)",
}
_ON_LOGITS: Mapping[str, str] = {"bce": "bce_with_logits", "nll": "cross_entropy"}
"""What takes the last layer as it is, and needs no output activation."""


def advised_code(remedy: Mapping[str, str], loss: str, where: str) -> str:
    """The lines for a pairing so changed; `where` is the output activation that goes, "" if there is none."""
    output, loss = remedy.get("output", ""), remedy.get("loss", loss)
    lines = []
    if where and output:
        lines.append(f"# without the output activation at {where}")
    if output == "identity":
        lines.append("outputs = logits  # as the last linear layer gives them")
    elif output in _OUTPUTS:
        lines.append(_OUTPUTS[output])
    if made := _made(loss):
        lines.append(f"loss_fn = {made}")
    if output in _OUTPUTS and loss in _ON_LOGITS:
        lines.append(f"# or, more exact, {_made(_ON_LOGITS[loss])} on the logits")
    return "\n".join(lines)


def _made(loss: str) -> str:
    if not loss:
        return ""
    spec = catalogue.loss(loss)
    name = getattr(spec.module, "__name__", "")
    if spec.module is None or not name.isidentifier():
        return ""
    return f"nn.{name}()"
