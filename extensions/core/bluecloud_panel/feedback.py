"""The person's threads with this laboratory's managers, as the deployment's service keeps them."""

from bluecloud import feedback
from bluecloud.service import Service
from bluecloud_panel import feedback_wire as wire
from bluecloud_panel.asking import service
from bluecloud_panel.laboratory import this_laboratory


def listed() -> wire.Threads:
    """The threads; what managers answered counts as seen from now on."""
    with service() as asked:
        return _mine(asked)


def send(request: wire.FeedbackRequest) -> wire.Threads:
    """Begin a thread."""
    with service() as asked:
        feedback.send(
            request.text,
            laboratory=this_laboratory().slug,
            notebook=request.notebook,
            run=request.run,
            service=asked,
        )
        return _mine(asked)


def write(thread: str, request: wire.WordsRequest) -> wire.Threads:
    """Write to a thread, which opens it again."""
    with service() as asked:
        feedback.write(thread, request.text, asked)
        return _mine(asked)


def close(thread: str) -> wire.Threads:
    """Close a thread."""
    with service() as asked:
        feedback.close(thread, asked)
        return _mine(asked)


def remove(thread: str) -> wire.Threads:
    """Take a thread away."""
    with service() as asked:
        feedback.remove(thread, asked)
        return _mine(asked)


def _mine(asked: Service) -> wire.Threads:
    slug = this_laboratory().slug
    return wire.Threads(
        threads=tuple(_told(one) for one in feedback.mine(asked) if one.laboratory == slug)
    )


def _told(thread: feedback.Thread) -> wire.Thread:
    return wire.Thread(
        id=thread.id,
        version=thread.version,
        notebook=thread.notebook,
        run=thread.run,
        state=thread.state,
        news=thread.news,
        words=tuple(
            wire.Words(
                author=words.author,
                is_manager=words.is_manager,
                text=words.text,
                at=words.at.isoformat(),
            )
            for words in thread.words
        ),
    )
