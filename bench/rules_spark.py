"""The same text on Spark: in one process, and on a master with two workers on this machine.

    .venv-bench/bin/python -m bench.rules_spark MASTER SOURCE TARGET SQL_FILE

runs it in a process of its own. The text is compiled here (`batch.sql`, dialect "pyspark"); Spark reads the same
Parquet file and writes a folder of Parquet files.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

MEMORY = "2g"
HOST = "127.0.0.1"
WORKERS = 2


def text(source: Path) -> str:
    """The batch of the eight measures over the file as text for Spark."""
    from bench.rules_world import ON, chosen
    from chunfeng_rules import batch, running

    with running.opened(source) as connection:
        held = running.columns(connection, "facts")
        clean = running.clean_columns(connection, source, chosen())
    return batch.sql(chosen(), held, table="facts", on=ON, dialect="pyspark", clean=clean)


@contextlib.contextmanager
def master(way: str, python: Path, folder: Path) -> Iterator[str]:
    """The address of a master: "local" for one process with a thread a core, "cluster" for one with two workers."""
    if way == "local":
        yield f"local[{WORKERS}]"
    else:
        with cluster(python, folder) as address:
            yield address


@contextlib.contextmanager
def cluster(python: Path, folder: Path) -> Iterator[str]:
    """A stand-alone master and two workers of one core each on the loopback; gives the address of the master."""
    home = next(python.parents[1].glob("lib/python3*/site-packages/pyspark"))
    settings = {
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": HOST,
        "SPARK_WORKER_DIR": str(folder / "spark-work"),
        "SPARK_LOCAL_DIRS": str(folder / "spark-scratch"),
        "SPARK_DAEMON_MEMORY": "512m",
        "PYSPARK_PYTHON": str(python),
    }
    port, started = _free_port(), list[subprocess.Popen[bytes]]()
    address = f"spark://{HOST}:{port}"

    def start(name: str, *given: str) -> Path:
        log = folder / f"{name}.log"
        command = [str(home / "bin" / "spark-class"), *given]
        with log.open("wb") as out:
            started.append(
                subprocess.Popen(command, env=os.environ | settings, stdout=out, stderr=subprocess.STDOUT)
            )
        return log

    try:
        ports = ("--webui-port", "0")
        master = start(
            "master", "org.apache.spark.deploy.master.Master", "--host", HOST, "--port", str(port), *ports
        )
        _wait(master, r"I have been elected leader|New state: ALIVE")
        for n in range(WORKERS):
            given = ("--host", HOST, "--cores", "1", "--memory", MEMORY, *ports, address)
            _wait(
                start(f"worker{n}", "org.apache.spark.deploy.worker.Worker", *given),
                "Successfully registered",
            )
        yield address
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _free_port() -> int:
    with socket.socket() as door:
        door.bind((HOST, 0))
        return int(door.getsockname()[1])


def _wait(log: Path, sign: str, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if re.search(sign, log.read_text(errors="replace")):
            return
        time.sleep(0.2)
    raise RuntimeError(f"Spark does not start: {log.read_text(errors='replace')[-2_000:]}")


def main(master: str, source: Path, target: Path, sql_file: Path) -> None:
    """Read, evaluate and write with Spark; prints the figures."""
    from pyspark.sql import SparkSession

    began = time.perf_counter()
    builder = SparkSession.builder.master(master).appName("rules")
    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.memory": MEMORY,
        "spark.executor.memory": "1g",
        "spark.driver.host": HOST,
        "spark.driver.bindAddress": HOST,
        "spark.local.dir": str(target.parent / "spark-scratch"),
        "spark.log.level": "ERROR",
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    ready = time.perf_counter()
    shutil.rmtree(target, ignore_errors=True)
    session.read.parquet(str(source)).createOrReplaceTempView("facts")
    session.sql(sql_file.read_text()).write.parquet(str(target))
    done = time.perf_counter()
    cores = int(session.sparkContext.defaultParallelism)
    version = session.version
    session.stop()
    print(json.dumps({"seconds": done - ready, "start": ready - began, "cores": cores, "version": version}))


if __name__ == "__main__":
    main(sys.argv[1], *map(Path, sys.argv[2:5]))
