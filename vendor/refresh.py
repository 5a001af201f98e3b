"""Copy the few front-end files that the site serves from USWDS into vendor/uswds: `python vendor/refresh.py <package>`.

<package> is the unpacked package @uswds/uswds (`npm pack @uswds/uswds@3.14.0`, then `tar -xzf`). Nothing here is
needed to run the site: the files are committed, so that nobody needs Node.
"""

import re
import shutil
import sys
from pathlib import Path

OUT = Path(__file__).resolve().parent / "uswds"


def refresh(package: Path) -> list[Path]:
    """Write ``vendor/uswds`` anew; the files that are there then."""
    shutil.rmtree(OUT, ignore_errors=True)
    sheet = (package / "dist/css/uswds.min.css").read_text()
    # The manifest of static files would look for the map, and stop.
    sheet = re.sub(r"/\*# sourceMappingURL=.*?\*/", "", sheet)
    for name in sorted(set(re.findall(r"url\([\"']?\.\./([^)\"'?#]+)", sheet))):
        _copy(package / "dist" / name, OUT / name)
    (OUT / "css").mkdir()
    (OUT / "css" / "uswds.min.css").write_text(sheet)
    _copy(package / "LICENSE.md", OUT / "LICENSE.md")
    return [path for path in OUT.rglob("*") if path.is_file()]


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


if __name__ == "__main__":
    files = refresh(Path(sys.argv[1]))
    print(f"{len(files)} files, {sum(path.stat().st_size for path in files) / 1e6:.1f} MB")
