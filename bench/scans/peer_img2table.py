"""img2table with RapidOCR over pictures named on standard input; one JSON line for each: rows, wall and CPU seconds.

Run by ``bench.scans.peers`` in an environment of its own: img2table needs another build of OpenCV.
"""

from __future__ import annotations

import json
import sys
import time


def main() -> None:
    from img2table.document import Image
    from img2table.ocr import RapidOCR
    from rapidocr import EngineType, LangRec

    reader = RapidOCR(
        {"Rec.lang_type": LangRec.CH, "Det.engine_type": EngineType.OPENVINO, "Rec.engine_type": EngineType.OPENVINO}
    )
    for path in sys.stdin.read().splitlines():
        started, used = time.perf_counter(), time.process_time()
        tables = Image(path).extract_tables(ocr=reader, borderless_tables=True)
        rows = [[str(value or "") for value in row] for table in tables for row in table.df.to_numpy()]
        spent = time.perf_counter() - started, time.process_time() - used
        print(json.dumps({"rows": rows, "seconds": spent[0], "cpu": spent[1]}), flush=True)


if __name__ == "__main__":
    main()
