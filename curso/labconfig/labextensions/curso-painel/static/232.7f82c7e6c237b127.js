"use strict";(self.rspackChunkcurso_painel=self.rspackChunkcurso_painel||[]).push([[232],{19(o,r,e){var n=e(20),t=e.n(n),a=e(21),i=(e.n(a))()(t());i.push([o.id,`/* Only Lab's own colours, so that it follows every theme. */

.curso-Painel {
  background: var(--jp-layout-color1);
  color: var(--jp-ui-font-color1);
  font-family: var(--jp-ui-font-family);
  font-size: var(--jp-ui-font-size1);
  line-height: 1.4;
  overflow-y: auto;
  padding: 0 12px 24px;
}

.curso-Painel:focus {
  outline: none;
}

.curso-Painel :focus-visible {
  border-radius: 2px;
  outline: 2px solid var(--jp-brand-color1);
  outline-offset: 1px;
}

.curso-Painel h2 {
  border-bottom: 1px solid var(--jp-border-color2);
  font-size: var(--jp-ui-font-size1);
  font-weight: 600;
  margin: 18px 0 6px;
  padding-bottom: 2px;
}

.curso-Painel p {
  margin: 4px 0;
}

.curso-Painel small {
  color: var(--jp-ui-font-color2);
  display: block;
  font-size: var(--jp-ui-font-size0);
}

.curso-Painel code {
  background: var(--jp-layout-color2);
  font-family: var(--jp-code-font-family);
  font-size: 0.92em;
  overflow-wrap: anywhere;
}

.curso-Painel pre {
  background: var(--jp-layout-color2);
  font-family: var(--jp-code-font-family);
  font-size: var(--jp-ui-font-size0);
  max-height: 16em;
  overflow: auto;
  padding: 4px;
  white-space: pre-wrap;
}

.curso-List {
  list-style: none;
  margin: 0;
  padding: 0;
}

.curso-List > li {
  margin: 4px 0;
}

.curso-Row {
  align-items: center;
  display: flex;
  gap: 6px;
}

.curso-Grow {
  flex: 1;
  min-width: 0;
}

.curso-Unseen,
.curso-Said {
  clip-path: inset(50%);
  height: 1px;
  overflow: hidden;
  position: absolute;
  white-space: nowrap;
  width: 1px;
}

.curso-Trouble:empty {
  display: none;
}

.curso-Trouble {
  border-left: 3px solid var(--jp-error-color1);
  padding-left: 8px;
}

.curso-Notice {
  border-left: 3px solid var(--jp-warn-color1);
  padding-left: 8px;
}

.curso-Next {
  background: var(--jp-layout-color2);
  border-left: 3px solid var(--jp-brand-color1);
  padding: 8px 10px;
}

/* Buttons and links */

.curso-Button {
  background: var(--jp-layout-color2);
  border: 1px solid var(--jp-border-color1);
  border-radius: 3px;
  color: var(--jp-ui-font-color1);
  cursor: pointer;
  font: inherit;
  min-height: 24px;
  padding: 1px 8px;
  text-decoration: none;
  white-space: nowrap;
}

.curso-Button:hover:not(:disabled) {
  background: var(--jp-layout-color3);
}

.curso-Button:disabled {
  cursor: default;
  opacity: 0.6;
}

.curso-Button.curso-mod-main {
  background: var(--jp-brand-color1);
  border-color: var(--jp-brand-color1);
  color: var(--jp-ui-inverse-font-color1);
  font-weight: 600;
}

.curso-Button.curso-mod-main:hover {
  background: var(--jp-brand-color0);
}

.curso-Button.curso-mod-quiet {
  background: transparent;
  font-size: var(--jp-ui-font-size0);
}

.curso-Link,
.curso-Disclosure {
  background: none;
  border: 0;
  color: inherit;
  cursor: pointer;
  font: inherit;
  padding: 2px 0;
  text-align: left;
}

.curso-Link {
  color: var(--jp-content-link-color);
}

.curso-Link:hover {
  text-decoration: underline;
}

.curso-Disclosure {
  align-items: baseline;
  display: flex;
  gap: 6px;
  width: 100%;
}

.curso-Disclosure:hover {
  background: var(--jp-layout-color2);
}

.curso-Arrow::before {
  color: var(--jp-ui-font-color2);
  content: '▸';
  display: inline-block;
  width: 0.9em;
}

.curso-Disclosure[aria-expanded='true'] > .curso-Arrow::before {
  content: '▾';
}

/* Signs, points, bars */

.curso-Sign {
  font-weight: 700;
  text-align: center;
  width: 1.2em;
}

.curso-Sign.curso-mod-passed,
.curso-mod-proven > .curso-Sign {
  color: var(--jp-success-color1);
}

.curso-Sign.curso-mod-failed {
  color: var(--jp-error-color1);
}

.curso-Sign.curso-mod-blocked,
.curso-Sign.curso-mod-error {
  color: var(--jp-warn-color1);
}

.curso-Sign.curso-mod-waiting {
  color: var(--jp-info-color1);
}

.curso-Points {
  color: var(--jp-ui-font-color2);
  font-variant-numeric: tabular-nums;
  white-space: nowrap;
}

.curso-Badge {
  border: 1px solid var(--jp-border-color1);
  border-radius: 8px;
  font-size: var(--jp-ui-font-size0);
  padding: 0 6px;
  white-space: nowrap;
}

.curso-Bar {
  appearance: none;
  background: var(--jp-layout-color3);
  border: 0;
  border-radius: 3px;
  flex: 1;
  height: 6px;
  margin: 2px 0;
  min-width: 40px;
  overflow: hidden;
  width: 100%;
}

.curso-Bar::-webkit-progress-bar {
  background: var(--jp-layout-color3);
}

.curso-Bar::-webkit-progress-value {
  background: var(--jp-success-color1);
}

.curso-Bar::-moz-progress-bar {
  background: var(--jp-success-color1);
}

.curso-Bar:indeterminate {
  animation: curso-wait 1.6s ease-in-out infinite alternate;
  background: var(--jp-brand-color1);
}

.curso-Bar:indeterminate::-webkit-progress-bar {
  background: var(--jp-brand-color1);
}

@keyframes curso-wait {
  from {
    opacity: 0.25;
  }
}

@media (prefers-reduced-motion: reduce) {
  .curso-Bar:indeterminate {
    animation: none;
  }
}

/* Checklist */

.curso-Item {
  border: 1px solid transparent;
  display: flex;
  gap: 4px;
  padding: 2px 4px;
}

.curso-Item.curso-mod-mine {
  border: 1px dashed var(--jp-border-color0);
  border-radius: 3px;
}

.curso-Item.curso-mod-mine .curso-Badge {
  border-style: dashed;
  font-style: italic;
}

/* Exercises */

.curso-Exercise > .curso-Disclosure {
  font-weight: 600;
}

.curso-Actions {
  margin: 4px 0;
}

.curso-Exercise .curso-List {
  padding-left: 8px;
}

.curso-Check {
  margin: 6px 0;
}

.curso-Story {
  border-left: 2px solid var(--jp-border-color2);
  margin: 2px 0 6px 8px;
  overflow-wrap: anywhere;
  padding-left: 10px;
}

.curso-Story ul {
  margin: 4px 0;
  padding-left: 14px;
}

.curso-Hints {
  margin: 4px 0;
  padding-left: 20px;
}

/* Lessons and services */

.curso-Service .curso-Sign::before {
  content: '○';
}

.curso-Service.curso-mod-pronto .curso-Sign::before {
  color: var(--jp-success-color1);
  content: '●';
}

.curso-Service.curso-mod-iniciando .curso-Sign::before {
  color: var(--jp-warn-color1);
  content: '◐';
}

.curso-Service.curso-mod-falhou .curso-Sign::before {
  color: var(--jp-error-color1);
  content: '✘';
}
`,""]),e.d(r,{},{A:i})},21(o){o.exports=function(o){var r=[];return r.toString=function(){return this.map(function(r){var e="",n=void 0!==r[5];return r[4]&&(e+="@supports (".concat(r[4],") {")),r[2]&&(e+="@media ".concat(r[2]," {")),n&&(e+="@layer".concat(r[5].length>0?" ".concat(r[5]):""," {")),e+=o(r),n&&(e+="}"),r[2]&&(e+="}"),r[4]&&(e+="}"),e}).join("")},r.i=function(o,e,n,t,a){"string"==typeof o&&(o=[[null,o,void 0]]);var i={};if(n)for(var c=0;c<this.length;c++){var s=this[c][0];null!=s&&(i[s]=!0)}for(var u=0;u<o.length;u++){var p=[].concat(o[u]);n&&i[p[0]]||(void 0!==a&&(void 0===p[5]||(p[1]="@layer".concat(p[5].length>0?" ".concat(p[5]):""," {").concat(p[1],"}")),p[5]=a),e&&(p[2]&&(p[1]="@media ".concat(p[2]," {").concat(p[1],"}")),p[2]=e),t&&(p[4]?(p[1]="@supports (".concat(p[4],") {").concat(p[1],"}"),p[4]=t):p[4]="".concat(t)),r.push(p))}},r}},20(o){o.exports=function(o){return o[1]}},13(o){var r=[];function e(o){for(var e=-1,n=0;n<r.length;n++)if(r[n].identifier===o){e=n;break}return e}function n(o,n){for(var t={},a=[],i=0;i<o.length;i++){var c=o[i],s=n.base?c[0]+n.base:c[0],u=t[s]||0,p="".concat(s," ").concat(u);t[s]=u+1;var l=e(p),d={css:c[1],media:c[2],sourceMap:c[3],supports:c[4],layer:c[5]};if(-1!==l)r[l].references++,r[l].updater(d);else{var f=function(o,r){var e=r.domAPI(r);return e.update(o),function(r){r?(r.css!==o.css||r.media!==o.media||r.sourceMap!==o.sourceMap||r.supports!==o.supports||r.layer!==o.layer)&&e.update(o=r):e.remove()}}(d,n);n.byIndex=i,r.splice(i,0,{identifier:p,updater:f,references:1})}a.push(p)}return a}o.exports=function(o,t){var a=n(o=o||[],t=t||{});return function(o){o=o||[];for(var i=0;i<a.length;i++){var c=e(a[i]);r[c].references--}for(var s=n(o,t),u=0;u<a.length;u++){var p=e(a[u]);0===r[p].references&&(r[p].updater(),r.splice(p,1))}a=s}}},15(o){var r={};o.exports=function(o,e){var n=function(o){if(void 0===r[o]){var e=document.querySelector(o);if(window.HTMLIFrameElement&&e instanceof window.HTMLIFrameElement)try{e=e.contentDocument.head}catch(o){e=null}r[o]=e}return r[o]}(o);if(!n)throw Error("Couldn't find a style target. This probably means that the value for the 'insert' parameter is invalid.");n.appendChild(e)}},17(o){o.exports=function(o){var r=document.createElement("style");return o.setAttributes(r,o.attributes),o.insert(r,o.options),r}},16(o,r,e){o.exports=function(o){var r=e.nc;r&&o.setAttribute("nonce",r)}},14(o){o.exports=function(o){if("u"<typeof document)return{update:function(){},remove:function(){}};var r=o.insertStyleElement(o);return{update:function(e){var n,t,a;n="",e.supports&&(n+="@supports (".concat(e.supports,") {")),e.media&&(n+="@media ".concat(e.media," {")),(t=void 0!==e.layer)&&(n+="@layer".concat(e.layer.length>0?" ".concat(e.layer):""," {")),n+=e.css,t&&(n+="}"),e.media&&(n+="}"),e.supports&&(n+="}"),(a=e.sourceMap)&&"u">typeof btoa&&(n+="\n/*# sourceMappingURL=data:application/json;base64,".concat(btoa(unescape(encodeURIComponent(JSON.stringify(a))))," */")),o.styleTagTransform(n,r,o.options)},remove:function(){var o;null===(o=r).parentNode||o.parentNode.removeChild(o)}}}},18(o){o.exports=function(o,r){if(r.styleSheet)r.styleSheet.cssText=o;else{for(;r.firstChild;)r.removeChild(r.firstChild);r.appendChild(document.createTextNode(o))}}},12(o,r,e){var n=e(13),t=e.n(n),a=e(14),i=e.n(a),c=e(15),s=e.n(c),u=e(16),p=e.n(u),l=e(17),d=e.n(l),f=e(18),v=e.n(f),m=e(19),g={};g.styleTagTransform=v(),g.setAttributes=p(),g.insert=s().bind(null,"head"),g.domAPI=i(),g.insertStyleElement=d(),t()(m.A,g),m.A&&m.A.locals&&m.A.locals}}]);