#!/usr/bin/env bash
# Takes out of an environment what a laboratory never runs. The largest parts first: debugging
# maps of browser scripts, tests, and what compiled modules were compiled from.
set -euo pipefail

environment=$1
packages=$(echo "$environment"/lib/python3.*/site-packages)

find "$environment" -type f \( -name '*.js.map' -o -name '*.css.map' \) -delete
find "$packages" -type f \( -name '*.pyx' -o -name '*.pxd' -o -name '*.c' -o -name '*.cpp' \
    -o -name '*.h' -o -name '*.hpp' -o -name '*.a' \) -delete
# numpy.testing is used by others; JupyterHub keeps run-time code beside its tests.
find "$packages" -type d \( -name tests -o -name test \) \
    -not -path '*/numpy/*' -not -path '*/jupyterhub/*' -prune -exec rm -rf {} +
