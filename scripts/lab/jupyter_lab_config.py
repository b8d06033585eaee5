"""Settings of `make lab`: kernels start in the project's root, as they do when the book is built."""

from pathlib import Path

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager

ROOT = Path(__file__).resolve().parent.parent.parent


class AtTheRoot(AsyncMappingKernelManager):
    """Starts every kernel in the project's root, wherever its notebook lies."""

    def cwd_for_path(self, path: str, **options: object) -> str:
        return str(ROOT)


c = get_config()  # noqa: F821 (Jupyter puts it here)
c.ServerApp.kernel_manager_class = AtTheRoot
c.ServerApp.root_dir = str(ROOT)
