"""Any OpenAI-compatible endpoint (vLLM, llama.cpp, Ollama, hosted) through the official client, with one retry
layer: ours.

The key comes from SGSRL_JUDGE_KEY, else OPENAI_API_KEY, and is neither logged nor written: it is cut out of whatever a
server says. The JSON schema is sent with the first calls; a server that refuses it (HTTP 400, 422) is asked without,
which is said and counted.
"""

from __future__ import annotations

import email.utils
import os
import re
import time
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.judge.ledger import ANSWER, ERROR, REFUSAL, TOO_LONG, Entry, Ledger
from benchmark.judge.limits import Budget, LimitReached, Pace, estimated_tokens, most_tokens
from benchmark.judge.llm import LLMJudge, Request, settings_id
from metrics.errors import UserError, first_line
from metrics.llm_judge import KEY_VARIABLE
from metrics.terminal import say

if TYPE_CHECKING:
    from benchmark.settings.schema import Judge as Settings

KEYS = (KEY_VARIABLE, "OPENAI_API_KEY")
"""Environment variables, the first one that is set."""
LONGEST_WAIT = 600.0
"""Seconds of a Retry-After that are waited for."""
AGAIN = (408, 409, 425, 429)
NO_SCHEMA = (400, 422)
OVERLONG = re.compile(
    r"context[ _-]?(length|size|window|overflow)|(maximum|max)[ _](model|context|input|prompt|sequence)[ _]len"
    r"|(prompt|input|request)s? (is|are) too (long|large)|longer than the (model|maximum|context)"
    r"|context the overflows|`inputs` tokens",
    re.IGNORECASE,
)
"""How servers say that a question does not fit: the hosted API, vLLM, SGLang, llama.cpp, LM Studio, TGI."""


class _Wait(Exception):
    """A call that may be tried again. after: seconds that the server named."""

    def __init__(self, said: str, after: float | None = None) -> None:
        super().__init__(said)
        self.after = after


class OpenAIBackend:
    """See `benchmark.judge.llm.Backend`."""

    def __init__(self, settings: Settings) -> None:
        """Raises UserError for a missing package, address, model or price."""
        if not settings.url or not settings.model:
            raise UserError(
                "judge openai: give --url, such as http://127.0.0.1:8000/v1, and --judge-model, the name that the "
                "server knows"
            )
        if not settings.url.startswith(("http://", "https://")):
            raise UserError(
                f"judge openai: --url {settings.url!r} is no address; give one such as http://127.0.0.1:8000/v1"
            )
        try:
            import openai
        except ImportError:
            raise UserError('judge openai: the client is not installed; pip install "sgsrl-bench[judge]"') from None
        self.settings, self.openai = settings, openai
        self.key = next((k for name in KEYS if (k := os.environ.get(name))), "none")
        # trust_env off would need httpx types; the client reads proxies from the environment as any program does.
        self.client = openai.OpenAI(
            base_url=settings.url.rstrip("/"), api_key=self.key, timeout=settings.timeout, max_retries=0
        )
        self.budget = Budget(settings.price_in, settings.price_out, settings.max_cost, settings.max_tokens)
        self.pace = Pace(settings.calls_per_minute)
        self.structured = settings.json_schema
        self.stopped: str | None = None
        self.id = settings_id("openai", settings.model, settings)
        self.label = f"{settings.model} (OpenAI-compatible server)"

    # ---- Backend -----------------------------------------------------------------------------------------------

    def complete(self, requests: Iterable[Request], done: Callable[[Entry], None]) -> None:
        """`concurrency` calls at a time. An answer is recorded by the thread that got it, before its next call, also
        when something stops the rest."""
        pool = ThreadPoolExecutor(self.settings.concurrency)
        running: set[Future[None]] = set()
        error: BaseException | None = None
        feed = iter(requests)
        try:
            while True:
                while error is None and self.stopped is None and len(running) < 2 * self.settings.concurrency:
                    request = next(feed, None)
                    if request is None:
                        break
                    running.add(pool.submit(self._one, request, done))
                if not running:
                    break
                finished, running = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    if not future.cancelled():
                        error = error or future.exception()
                if error is not None:
                    for future in running:
                        future.cancel()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
        if error is not None:
            raise error

    def unasked(self) -> str | None:
        """Why requests were left without an answer."""
        return self.stopped

    def usage(self) -> dict[str, Any]:
        """What was spent."""
        return self.budget.told()

    def cost_of(self, prompt: float, completion: float) -> float | None:
        """Price of so many tokens."""
        return self.budget.cost_of(prompt, completion)

    # ---- one call ----------------------------------------------------------------------------------------------

    def _one(self, request: Request, done: Callable[[Entry], None]) -> None:
        if self.stopped is not None:
            return
        texts = [m["content"] for m in request.chat]
        held = most_tokens(texts), self.settings.answer_tokens
        try:
            self.budget.reserve(*held)
        except LimitReached as limit:
            self.stopped = str(limit)
            return
        used: tuple[int, int] | None = None
        try:
            entry = self._tried(request)
            if entry.status not in (ERROR, TOO_LONG):
                guess = (estimated_tokens(texts), estimated_tokens([entry.text]))
                used = (entry.prompt_tokens or guess[0], entry.completion_tokens or guess[1])
            done(entry)
        finally:
            self.budget.settle(held, used)

    def _tried(self, request: Request) -> Entry:
        """The one retry layer (tenacity): overloads, faults of the server and cut connections, with Retry-After
        where the server names it."""
        from tenacity import (
            RetryCallState,
            Retrying,
            retry_if_exception_type,
            stop_after_attempt,
            wait_random_exponential,
        )

        backoff = wait_random_exponential(multiplier=self.settings.pause, max=60)

        def waited(state: RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            after = error.after if isinstance(error, _Wait) else None
            if after is not None:
                self.pace.hold(after)
                return 0.0  # the pace holds every thread back, this one too
            return float(backoff(state))

        layer = Retrying(
            retry=retry_if_exception_type(_Wait),
            stop=stop_after_attempt(self.settings.tries),
            wait=waited,
            reraise=True,
        )
        try:
            return layer(self._call, request)
        except _Wait as error:
            return Entry(request.key, ERROR, str(error))

    def _call(self, request: Request) -> Entry:
        """One HTTP call. Raises _Wait where another may help, UserError where none will."""
        self.pace.wait()
        openai, settings, structured = self.openai, self.settings, self.structured
        options: dict[str, Any] = {"model": settings.model, "messages": request.chat}
        options |= {"temperature": settings.temperature, "max_tokens": settings.answer_tokens}
        if settings.seed is not None:
            options["seed"] = settings.seed
        if structured:
            form = {"name": "verdict", "schema": request.schema, "strict": True}
            # As extra_body it goes onto the wire as it is; as an argument the client walks the whole schema each time.
            options["extra_body"] = {"response_format": {"type": "json_schema", "json_schema": form}}
        try:
            reply = self.client.chat.completions.create(**options)
        except openai.APIStatusError as error:
            return self._refused(request, error, structured)
        except openai.APIConnectionError as error:  # timeouts, too
            said = type(error.__cause__ or error).__name__
            if self.budget.calls == 0 and said == "ConnectError":  # httpx's; nothing was ever answered, nor was sent
                raise UserError(
                    f"judge openai: no server answers at {settings.url} ({self._safe(first_line(error.__cause__))}); "
                    "start it, or correct --url"
                ) from None
            raise _Wait(f"no connection or a cut one ({self._safe(said)})") from None
        except (openai.APIResponseValidationError, ValueError) as error:
            raise _Wait(f"no JSON in the server's reply ({type(error).__name__})") from None
        return self._entry(request, reply, structured)

    def _refused(self, request: Request, error: Any, structured: bool) -> Entry:
        status, said = error.status_code, self._safe(str(error.message))[:300]
        if status == 413 or (status not in AGAIN and OVERLONG.search(f"{said} {error.code} {error.type}")):
            return Entry(request.key, TOO_LONG, f"HTTP {status}: {said}")  # asked again it would be as long
        if status in AGAIN or status >= 500:
            after = retry_after(error.response.headers.get("retry-after"))
            if after is not None and after > LONGEST_WAIT:
                return Entry(request.key, ERROR, f"HTTP {status}: the server asks to wait {after:.0f} s")
            raise _Wait(f"HTTP {status}: {said}", after) from None
        if status in (401, 403, 404):
            hint = f"set {KEYS[0]}" if status != 404 else "check --url and --judge-model"
            raise UserError(f"judge openai at {self.settings.url}: HTTP {status} ({said}); {hint}") from None
        if structured and status in NO_SCHEMA:
            entry = self._without_schema(request)
            if entry is not None:
                return entry
        return Entry(request.key, REFUSAL, f"HTTP {status}: {said}")

    def _without_schema(self, request: Request) -> Entry | None:
        """The same call without the JSON schema; where that works, the server has none, and it is asked so from now
        on."""
        before, self.structured = self.structured, False
        entry = self._call(request)
        if entry.status in (REFUSAL, TOO_LONG):
            self.structured = before
            return entry if entry.status == TOO_LONG else None
        if before:
            say("note: judge openai: the server takes no JSON schema; answers are checked here alone", err=True)
        return entry

    def _entry(self, request: Request, reply: Any, structured: bool) -> Entry:
        choices: Any = getattr(reply, "choices", None)
        message = choices[0].message if isinstance(choices, list) and choices else None
        if message is None:
            raise _Wait("the server's reply holds no choice")
        usage = getattr(reply, "usage", None)
        read, written = (int(getattr(usage, f"{part}_tokens", 0) or 0) for part in ("prompt", "completion"))
        refused = getattr(message, "refusal", None)
        status, said = ANSWER, str(message.content or "")
        if refused or choices[0].finish_reason == "content_filter":
            status, said = REFUSAL, str(refused or "content filter")
        cut = choices[0].finish_reason == "length"
        return Entry(request.key, status, self._safe(said), read, written, structured, cut)

    def _safe(self, text: str) -> str:
        """The text without the key: servers like to quote it."""
        return text.replace(self.key, "[key]") if len(self.key) > 4 else text


def retry_after(value: str | None, now: Callable[[], float] = time.time) -> float | None:
    """Seconds of a Retry-After header, as a number or as a date; None where it says nothing that can be read."""
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - now())
    except (ValueError, TypeError):
        return None


def load_openai(settings: Settings, ledger: Path | None) -> LLMJudge:
    """The judge behind `settings.url`. Raises UserError as OpenAIBackend does."""
    return LLMJudge("openai", OpenAIBackend(settings), Ledger(ledger), settings.prompt_lang)
