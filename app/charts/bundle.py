"""The library that draws charts in pages, out of an installed package."""

import vl_convert


def bundle() -> str:
    """An ES module that exports vegaEmbed."""
    return vl_convert.javascript_bundle() + "\nexport const vegaEmbed = window.vegaEmbed;\n"
