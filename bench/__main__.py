"""`make bench` and `make bench-quick`: every benchmark, one after the other."""

import argparse

from bench import attack, delivery, launches, open_pages, pictures, privacy, record_store, servers, threads

BENCHMARKS = {
    "Launches": (launches.main, ["--launches", "2000"], ["--launches", "200"]),
    "Threads": (threads.main, ["--posts", "1000000"], ["--posts", "10000", "--pages", "40"]),
    "Servers": (servers.main, [], ["--pages", "40"]),
    "Attack": (attack.main, [], ["--pages", "60"]),
    "Open pages": (open_pages.main, ["--seconds", "60"], ["--seconds", "20"]),
    "Delivery": (delivery.main, [], ["--statements", "5000", "--waiting", "10000"]),
    "Pictures": (pictures.main, [], []),
    "Privacy": (privacy.main, [], ["--posts", "10000"]),
    "Record store": (record_store.main, [], ["--sizes", "1000", "10000"]),
}


def main() -> None:
    options = argparse.ArgumentParser(prog="bench", description=__doc__)
    options.add_argument("--quick", action="store_true", help="small numbers, a few minutes")
    quick = options.parse_args().quick
    for title, (run, arguments, quick_arguments) in BENCHMARKS.items():
        print(f"\n{title}\n{'=' * len(title)}", flush=True)
        run(quick_arguments if quick else arguments)


if __name__ == "__main__":
    main()
