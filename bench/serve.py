#!/usr/bin/env python3
"""Recommendations over HTTP against the same server answering a constant 600-byte body, in turn, in one run (wrk, 64 connections).
Then 1,000 open connections while others are answered, and resident memory. Prints JSON lines.

    bench/serve.py [build folder] [seconds a round]
"""
import json, os, pathlib, re, socket, statistics, subprocess, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
BUILD = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build")
os.environ["VITRINE"] = str((BUILD / "vitrine").resolve())
import lib

SECONDS = int(sys.argv[2]) if len(sys.argv) > 2 else 4
ROUNDS = 5
WRK_POST = """
local ids, requests, i = {%s}, {}, 0
init = function()                       -- made once: the client's own work must not be measured
  for k = 1, #ids do
    requests[k] = wrk.format("POST", "/api/v1/recommendations", {["Authorization"] = "Bearer %s", ["Content-Type"] = "application/json"},
                             '{"product_id":"' .. ids[k] .. '","cart":["' .. ids[(k * 7) %% #ids + 1] .. '"],"n":4}')
  end
end
request = function()
  i = i %% #requests + 1
  return requests[i]
end
"""


def wrk(port, path="/", script=None, connections=64):
    """(requests a second, p50 us, p99 us, errors, bytes an answer)"""
    extra = ["-s", script] if script else []
    report = subprocess.run(["wrk", "-t2", f"-c{connections}", f"-d{SECONDS}", "--latency", *extra, f"http://127.0.0.1:{port}{path}"],
                            capture_output=True, text=True, check=True).stdout

    def micros(label):
        value, unit = re.search(rf"{label}%?\s+([\d.]+)(us|ms|s)", report).groups()
        return float(value) * {"us": 1, "ms": 1e3, "s": 1e6}[unit]
    errors = "Non-2xx" in report or "Socket errors" in report
    size, unit = re.search(r"requests in [\d.]+\w+, ([\d.]+)(\wB|B) read", report).groups()
    total = float(size) * {"B": 1, "KB": 2**10, "MB": 2**20, "GB": 2**30}[unit]
    count = int(re.search(r"(\d+) requests in", report).group(1))
    return float(re.search(r"Requests/sec:\s+([\d.]+)", report).group(1)), micros("50"), micros("99"), errors, total / count


def resident_mb(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text()).group(1)) / 1024


def open_connections(port, n):
    """n idle connections; how many of them answer a request afterwards."""
    sockets = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(n)]
    good = 0
    for s in sockets:
        s.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    for s in sockets:
        good += s.recv(200).startswith(b"HTTP/1.1 200")
    return sockets, good


def main():
    data = lib.folder() / "data"
    lib.run("demo", "--data", data)
    keys = json.loads((data / "demo-keys.json").read_text())
    server = lib.Server(data)
    constant_port = lib.free_port()
    constant = lib.spawn([BUILD / "bench" / "http_const_bench", "serve", str(constant_port)])
    lib.wait_until(lambda: socket.create_connection(("127.0.0.1", constant_port)))
    ids = [r[0] for r in lib.sql(data, "SELECT product_id FROM product_row WHERE type!='variation' AND status='publish'")]
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(WRK_POST % (", ".join(f'"{i}"' for i in ids), keys["secret_key"]))
        script.flush()
        rounds = []
        for _ in range(ROUNDS):
            base, mine = wrk(constant_port), wrk(server.port, script=script.name)
            rounds.append((mine[0] / base[0], base, mine))
    ratio, base, mine = sorted(rounds)[len(rounds) // 2]
    print(json.dumps({"bench": "serve", "connections": 64, "ratio_to_constant": round(ratio, 3),
                      "ratios": [round(r[0], 3) for r in rounds], "constant_per_s": round(base[0]), "recommend_per_s": round(mine[0]),
                      "p50_us": mine[1], "p99_us": mine[2], "answer_bytes": round(mine[4]), "errors": any(r[2][3] for r in rounds)}), flush=True)
    sockets, good = open_connections(server.port, 1000)
    print(json.dumps({"bench": "serve_connections", "open": 1000, "answered": good, "resident_mb": round(resident_mb(server.process.pid), 1)}))
    for s in sockets:
        s.close()
    constant.kill()
    server.stop()
    lib.clean_up()


if __name__ == "__main__":
    main()
