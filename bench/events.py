#!/usr/bin/env python3
"""Events over HTTP: durable events a second in batches of 500, requests a second of single events on many keep-alive connections, and
recommendations alone and beside both (same run, same server). The disk's own syncs a second stand in each line.
Prints JSON lines.

    bench/events.py [build folder] [seconds a round]
"""
import json, os, pathlib, subprocess, sys, time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
sys.path.insert(0, str(ROOT / "bench"))
BUILD = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build")
os.environ["VITRINE"] = str((BUILD / "vitrine").resolve())
SECONDS = int(sys.argv[2]) if len(sys.argv) > 2 else 5
import lib
import serve


def syncs_a_second(folder):
    """What the disk does by itself: a page more and a sync, for a second."""
    with open(folder / "sync", "wb", buffering=0) as f:
        n, end = 0, time.monotonic() + 1
        while time.monotonic() < end:
            f.write(b"x" * 4096)
            os.fdatasync(f.fileno())
            n += 1
    return n


def load(server, key, batch, connections, pace=0, wait=True):
    argv = [BUILD / "bench" / "events_bench", "load", server.port, key, batch, connections, SECONDS + (0 if wait else 2), pace]
    process = subprocess.Popen([str(a) for a in argv], stdout=subprocess.PIPE, text=True)
    return json.loads(process.communicate()[0]) if wait else process


def ingest(data, server, key, batch, connections):
    pid = server.process.pid
    before = serve.cpu_us(pid)
    mine = load(server, key, batch, connections)
    mine["server_cpu_us_a_request"] = round((serve.cpu_us(pid) - before) / (mine["requests_per_second"] * SECONDS), 1)
    print(json.dumps({**mine, "syncs_a_second": syncs_a_second(data), "resident_mb": round(serve.resident_mb(pid), 1)}), flush=True)


def beside(server, key, pages, name, batch, pace):
    """Recommendations alone, then beside events at a steady pace, three times in turn."""
    alone, both, events = [], [], None
    for _ in range(3):
        alone.append(serve.wrk(server.process.pid, server.port, pages, 16))
        process = load(server, key, batch, 32, pace, wait=False)
        time.sleep(0.5)
        both.append(serve.wrk(server.process.pid, server.port, pages, 16))
        events = json.loads(process.communicate()[0])
    middle = lambda rounds, what: serve.median([r[what] for r in rounds])
    print(json.dumps({"bench": name, "events_per_second": events["events_per_second"], "p50_us_alone": middle(alone, "p50_us"),
                      "p99_us_alone": middle(alone, "p99_us"), "p50_us_beside": middle(both, "p50_us"), "p99_us_beside": middle(both, "p99_us"),
                      "per_s_alone": round(middle(alone, "per_s")), "per_s_beside": round(middle(both, "per_s"))}), flush=True)


def main():
    serve.SECONDS = SECONDS
    data = lib.folder() / "data"
    lib.run("demo", "--data", data)
    key = json.loads((data / "demo-keys.json").read_text())["secret_key"]
    server = lib.Server(data)
    for batch, connections in ((500, 8), (1, 256), (1, 1000)):
        ingest(data, server, key, batch, connections)
    ids = [r[0] for r in lib.sql(data, "SELECT product_id FROM product_row WHERE type!='variation' AND status='publish'")]
    pages = serve.script(data, "pages.lua", ids, len(ids), key)
    beside(server, key, pages, "recommend_beside_single_events", 1, 1000)
    beside(server, key, pages, "recommend_beside_batches", 100, 100)
    server.stop()
    lib.clean_up()


if __name__ == "__main__":
    main()
