#!/usr/bin/env python3
"""A shop to look at: a real WordPress with the stand-in for WooCommerce and the plugin of this working tree, linked, so that an edit shows
at the next reload. Ends with Ctrl-C and leaves nothing behind.

    python3 tests/plugin/serve.py                                   the stand-in
    python3 tests/plugin/serve.py --woocommerce FOLDER [--wordpress FOLDER] [--theme FOLDER]...     a WooCommerce of yours
    python3 tests/plugin/serve.py --theme-active storefront --port 8090 --inactive
"""
import argparse, pathlib, sys, time
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import shop


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--wordpress", help="folder of another WordPress than Debian's")
    args.add_argument("--woocommerce", help="folder of a WooCommerce instead of the stand-in")
    args.add_argument("--theme", action="append", default=[], help="folder of a theme that can be chosen then")
    args.add_argument("--theme-active", help="name of the theme that is on")
    args.add_argument("--port", type=int)
    args.add_argument("--inactive", action="store_true", help="the plugin lies there and is not activated")
    said = args.parse_args()
    try:
        site = shop.Site(said.wordpress, said.woocommerce, said.theme, live=True, port=said.port)
    except shop.lib.Skip as why:
        sys.exit(str(why))
    if said.theme_active:
        site.theme(said.theme_active)
    if not said.inactive and (shop.PLUGIN / "vitrine.php").exists():
        site.activate()
    print(f"shop      {site.url}/shop/        owner: {site.url}/wp-login.php  admin / admin        customers: client0..client11 / client\n"
          f"errors    tail -f {site.root}/errors.log\nletters   {site.root}/mails.jsonl\nhooks     {site.root}/hooks.jsonl (what the plugin cost, per request)\n"
          f"background work runs only on call: curl -s -X POST -H 'X-Site-Token: {site.token}' {site.url}/__site/php -d 'return site_work();'\n"
          f"any PHP:  the same with your code (`/__site/php-admin` as the owner)\nCtrl-C ends it.", flush=True)
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
