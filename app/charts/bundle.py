import vl_convert


def bundle() -> str:
    return vl_convert.javascript_bundle('import vegaEmbed from "vega-embed"; export { vegaEmbed };')
