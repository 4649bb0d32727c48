#!/usr/bin/env python3
"""Recommendations over HTTP against the same server answering a constant 600-byte body, in turn, in one run (wrk, 64 connections).
Each round sends the same POST requests to both servers, then a plain GET to the constant one (its best case), then 20,000 different
requests, of which no answer is found kept. Then answers while training runs, 1,000 open connections, resident memory.
Prints JSON lines.

    bench/serve.py [build folder] [seconds a round]
"""
import json, os, pathlib, re, resource, socket, subprocess, sys, threading, time

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
  for k = 1, %d do
    local a, b, c = (k * 7) %% #ids + 1, (k * 13 + math.floor(k / #ids)) %% #ids + 1, (k * 31 + math.floor(k / 97)) %% #ids + 1
    local cart = k > #ids and '"' .. ids[b] .. '","' .. ids[c] .. '"' or '"' .. ids[a] .. '"'
    requests[k] = wrk.format("POST", "/api/v1/recommendations", {["Authorization"] = "Bearer %s", ["Content-Type"] = "application/json"},
                             '{"product_id":"' .. ids[(k - 1) %% #ids + 1] .. '","cart":[' .. cart .. '],"n":4}')
  end
end
request = function()
  i = i %% #requests + 1
  return requests[i]
end
"""


TICK_US = 1e6 / os.sysconf("SC_CLK_TCK")


def cpu_us(pid):
    """Processor time of a process so far."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * TICK_US


def client_us():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (used.ru_utime + used.ru_stime) * 1e6


def wrk(pid, port, script=None, connections=64):
    """Drive a server; what happened, times in microseconds. server_us, all_us: processor time of a request, there and with the client."""
    extra = ["-s", script] if script else []
    server, client = cpu_us(pid), client_us()
    report = subprocess.run(["wrk", "-t2", f"-c{connections}", f"-d{SECONDS}", "--latency", *extra, f"http://127.0.0.1:{port}/"],
                            capture_output=True, text=True, check=True).stdout
    server, client = cpu_us(pid) - server, client_us() - client

    def micros(label):
        value, unit = re.search(rf"{label}%?\s+([\d.]+)(us|ms|s)", report).groups()
        return float(value) * {"us": 1, "ms": 1e3, "s": 1e6}[unit]
    size, unit = re.search(r"requests in [\d.]+\w+, ([\d.]+)(\wB|B) read", report).groups()
    total = float(size) * {"B": 1, "KB": 2**10, "MB": 2**20, "GB": 2**30}[unit]
    count = int(re.search(r"(\d+) requests in", report).group(1))
    return {"per_s": float(re.search(r"Requests/sec:\s+([\d.]+)", report).group(1)), "p50_us": micros("50"), "p99_us": micros("99"),
            "errors": "Non-2xx" in report or "Socket errors" in report, "bytes": total / count, "server_us": server / count,
            "all_us": (server + client) / count}


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


def script(folder, name, ids, count, key):
    path = folder / name
    path.write_text(WRK_POST % (", ".join(f'"{i}"' for i in ids), count, key))
    return str(path)


def measure(server, constant, constant_port, pages, different):
    rounds, pid = [], server.process.pid
    for _ in range(ROUNDS):
        rounds.append({"same": wrk(constant.pid, constant_port, pages), "get": wrk(constant.pid, constant_port),
                       "pages": wrk(pid, server.port, pages), "different": wrk(pid, server.port, different)})
    return rounds


def median(values):
    return sorted(values)[len(values) // 2]


def report(name, rounds, of, base):
    """Medians of the rounds. ratio_by_cpu is what the ratio would be on a machine that does nothing else: both sides of the wire share it."""
    mine, constant = [r[of] for r in rounds], [r[base] for r in rounds]
    mid = {key: median([m[key] for m in mine]) for key in mine[0]}
    other = {key: median([m[key] for m in constant]) for key in constant[0]}
    ratios = sorted(m["per_s"] / c["per_s"] for m, c in zip(mine, constant))
    print(json.dumps({"bench": name, "connections": 64, "ratio_to_constant": round(median(ratios), 3), "ratios": [round(r, 3) for r in ratios],
                      "ratio_by_cpu": round(other["all_us"] / mid["all_us"], 3), "constant_per_s": round(other["per_s"]),
                      "recommend_per_s": round(mid["per_s"]), "constant_cpu_us": round(other["server_us"], 2),
                      "recommend_cpu_us": round(mid["server_us"], 2), "p50_us": mid["p50_us"], "p99_us": mid["p99_us"],
                      "constant_p99_us": other["p99_us"], "answer_bytes": round(mid["bytes"]), "errors": any(m["errors"] for m in mine)}), flush=True)


def while_training(server, key, pages):
    """p99 while the store is trained again and again by the low-priority threads of the same process."""
    ended, trained = threading.Event(), 0

    def train():
        nonlocal trained
        while not ended.is_set():
            status, job = server.post("/api/v1/store/train", {}, key)
            trained += status in (200, 202)
            time.sleep(0.1)
    thread = threading.Thread(target=train)
    thread.start()
    try:
        mine = wrk(server.process.pid, server.port, pages)
    finally:
        ended.set()
        thread.join()
    print(json.dumps({"bench": "serve_while_training", "trainings_asked": trained, "recommend_per_s": round(mine["per_s"]),
                      "p50_us": mine["p50_us"], "p99_us": mine["p99_us"], "errors": mine["errors"]}), flush=True)


def main():
    data = lib.folder() / "data"
    lib.run("demo", "--data", data)
    key = json.loads((data / "demo-keys.json").read_text())["secret_key"]
    server = lib.Server(data)
    constant_port = lib.free_port()
    constant = lib.spawn([BUILD / "bench" / "http_const_bench", "serve", str(constant_port)])
    lib.wait_until(lambda: socket.create_connection(("127.0.0.1", constant_port)))
    ids = [r[0] for r in lib.sql(data, "SELECT product_id FROM product_row WHERE type!='variation' AND status='publish'")]
    pages, different = script(data, "pages.lua", ids, len(ids), key), script(data, "different.lua", ids, 20000, key)
    rounds = measure(server, constant, constant_port, pages, different)
    report("serve", rounds, "pages", "same")
    report("serve_against_get", rounds, "pages", "get")
    report("serve_different", rounds, "different", "same")
    while_training(server, key, pages)
    sockets, good = open_connections(server.port, 1000)
    print(json.dumps({"bench": "serve_connections", "open": 1000, "answered": good, "resident_mb": round(resident_mb(server.process.pid), 1)}))
    for s in sockets:
        s.close()
    constant.kill()
    server.stop()
    lib.clean_up()


if __name__ == "__main__":
    main()
