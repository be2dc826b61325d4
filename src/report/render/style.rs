//! The page's style sheet.

pub(super) const SHEET: &str = "
:root { --paper: #fff; --ink: #1c2024; --quiet: #5b646d; --edge: #d5dade; --card: #f6f7f9; --warn: #b3261e;
  --s0: #2e7d4f; --s1: #c77700; --s2: #1f6feb; --s3: #b3261e; --s4: #7a5cc2; --s5: #8a939b; }
@media (prefers-color-scheme: dark) { :root { --paper: #14171a; --ink: #e6e9ec; --quiet: #9aa4ad; --edge: #343a40;
  --card: #1d2125; --warn: #ff8a80; --s0: #58b37d; --s1: #f0a83c; --s2: #6ea8ff; --s3: #ff8a80; --s4: #b39ddb; --s5: #7b858e; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 60rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0.5rem 0; }
h2 { font-size: 1.2rem; margin: 0 0 0.5rem; }
h3 { font-size: 1rem; margin: 0.5rem 0 0; }
p { margin: 0.25rem 0; }
section { border: 1px solid var(--edge); border-radius: 8px; padding: 1rem; margin: 1rem 0; }
.trouble { border-left: 4px solid var(--warn); padding-left: 0.75rem; }
.quiet { color: var(--quiet); }
svg { display: block; width: 100%; height: 24px; margin: 0.75rem 0 0.5rem; border-radius: 4px; }
rect.none { fill: var(--card); }
rect.s0 { fill: var(--s0); } rect.s1 { fill: var(--s1); } rect.s2 { fill: var(--s2); }
rect.s3 { fill: var(--s3); } rect.s4 { fill: var(--s4); } rect.s5 { fill: var(--s5); }
i { display: inline-block; width: 0.75em; height: 0.75em; border-radius: 2px; margin-right: 0.4em; }
i.s0 { background: var(--s0); } i.s1 { background: var(--s1); } i.s2 { background: var(--s2); }
i.s3 { background: var(--s3); } i.s4 { background: var(--s4); } i.s5 { background: var(--s5); }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin: 0 0 0.75rem; padding: 0; list-style: none; }
details { border-top: 1px solid var(--edge); padding: 0.5rem 0; }
section > details:first-child, section > details:first-of-type { border-top: 0; padding-top: 0; }
summary { cursor: pointer; font-weight: 600; }
.count, .tag { background: var(--card); border: 1px solid var(--edge); border-radius: 1em; padding: 0 0.6em;
  font-size: 0.85em; font-weight: 400; }
.state { border-radius: 1em; padding: 0 0.6em; font-size: 0.85em; color: var(--paper); background: var(--quiet); }
.state.new { background: var(--s2); } .state.resolved { background: var(--s0); }
.gone strong { font-weight: 400; text-decoration: line-through; }
.findings { list-style: none; margin: 0.25rem 0 0; padding: 0; }
.findings > li { padding: 0.5rem 0; border-bottom: 1px solid var(--edge); break-inside: avoid; }
.findings > li:last-child { border-bottom: 0; }
dl { display: grid; grid-template-columns: minmax(6rem, 14rem) 1fr; gap: 0.1rem 1rem; margin: 0.25rem 0; }
dt { color: var(--quiet); }
dd { margin: 0; }
dd.member { grid-column: 1 / -1; }
del { color: var(--quiet); }
ins { text-decoration: none; font-weight: 600; }
.line { display: block; }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 0.4rem; } }
@media print { body { max-width: none; padding: 0; font-size: 11pt; } section { border: 0; padding: 0; }
  details::details-content { content-visibility: visible; block-size: auto; }
  svg, i { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
";
