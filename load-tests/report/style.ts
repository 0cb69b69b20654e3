/** The report's styles; it takes the reader's light or dark setting. */
export const STYLE = `
:root{color-scheme:light dark;--0:light-dark(#1f6feb,#58a6ff);--1:light-dark(#bf8700,#e3b341);--2:light-dark(#cf222e,#ff7b72);--3:light-dark(#1a7f37,#56d364);--4:light-dark(#8250df,#d2a8ff);--5:light-dark(#57606a,#8b949e)}
body{font:15px/1.5 system-ui,sans-serif;max-width:920px;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;margin:.5rem 0 1.5rem}th,td{padding:.15rem .7rem;text-align:left;border-bottom:1px solid light-dark(#d0d7de,#30363d)}
.n{text-align:right;font-variant-numeric:tabular-nums}
span.good,tr.good td:nth-child(2){color:var(--3)}span.bad,tr.bad td{color:var(--2)}
figure{margin:0 0 1.5rem}figcaption{font-weight:600}svg{width:100%}svg text{font-size:11px;fill:currentColor}
.value{text-anchor:end}.second,.phase{text-anchor:middle}.phase{opacity:.6}
.grid{stroke:currentColor;opacity:.15}.band0{fill:currentColor;opacity:.04}.band1{fill:none}.limit{stroke:var(--2);stroke-dasharray:6 4}
polyline{fill:none;stroke-width:1.6}
.line0{stroke:var(--0)}.line1{stroke:var(--1)}.line2{stroke:var(--2)}.line3{stroke:var(--3)}.line4{stroke:var(--4)}.line5{stroke:var(--5)}
.legend{margin:0;font-size:13px}.legend span{margin-right:1rem}.key0{color:var(--0)}.key1{color:var(--1)}.key2{color:var(--2)}.key3{color:var(--3)}.key4{color:var(--4)}.key5{color:var(--5)}.keylimit{color:var(--2)}
`;
