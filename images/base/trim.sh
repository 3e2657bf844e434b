#!/usr/bin/env bash
# Takes out of an environment what a laboratory never runs: debugging maps of browser scripts,
# tests, what compiled modules were compiled from and their debugging symbols, and parts of
# packages that nothing here uses.
set -euo pipefail

environment=$1
packages=$(echo "$environment"/lib/python3.*/site-packages)

find "$environment" -type f \( -name '*.js.map' -o -name '*.css.map' \) -delete
find "$packages" -type f \( -name '*.pyx' -o -name '*.pxd' -o -name '*.c' -o -name '*.cpp' \
    -o -name '*.h' -o -name '*.hpp' -o -name '*.a' \) -delete
# JupyterHub keeps run-time code beside its tests.
find "$packages" -type d \( -name tests -o -name test \) \
    -not -path '*/jupyterhub/*' -prune -exec rm -rf {} +

# Arrow's remote procedure calls, which no source here speaks.
rm -f "$packages"/pyarrow/*flight*.so*
# Examples with their data; and the hub's own pages, which the hub serves.
rm -rf "$packages"/holoviews/examples "$environment"/share/jupyterhub/static

# What compiles TypeScript while a Bokeh server runs; and of Panel what only its page templates, its
# code editor and VTK use. Notebooks' plots need none of them.
rm -f "$packages"/bokeh/server/static/js/compiler.js
rm -rf "$packages"/panel/dist/bundled/{aceplot,abstractvtkplot,bootstrap5,reveal.js@*}

# Debugging symbols of modules. Libraries that a wheel brings along (*.libs) have been patched to
# find one another, and strip would make them unloadable.
find "$packages" -type f -name '*.so' -not -path '*.libs/*' -exec strip --strip-debug {} +
