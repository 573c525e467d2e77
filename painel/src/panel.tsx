/** The sidebar itself, drawn with Lab's own React. */

import { LabIcon, ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import React from 'react';

import { Checklist } from './checklist';
import { Exercises } from './exercises';
import { PanelModel } from './model';
import { Prose } from './parts';
import { Lessons, NextStep, Services } from './sections';

const icon = new LabIcon({
  name: 'curso-painel:icone',
  svgstr:
    '<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">' +
    '<g class="jp-icon3" fill="#616161"><path d="M3 4h2v2H3zm0 7h2v2H3zm0 7h2v2H3zM8 4h13v2H8zm0 7h9v2H8z"/>' +
    '<path d="M14.6 21.4l-3.5-3.5 1.4-1.4 2.1 2.1 5-5 1.4 1.4z"/></g></svg>'
});

export class CoursePanel extends ReactWidget {
  constructor(private readonly model: PanelModel) {
    super();
    model.watched = () => this.isVisible;
    this.id = 'curso-painel';
    this.addClass('curso-Painel');
    this.title.icon = icon;
    this.title.caption = 'Curso: o seu progresso e o que fazer agora (Ctrl+Shift+Y)';
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', 'Curso');
    this.node.tabIndex = -1;
    this.node.lang = 'pt-BR';
  }

  dispose(): void {
    this.model.dispose();
    super.dispose();
  }

  protected onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    this.node.focus();
  }

  protected onAfterShow(message: Message): void {
    super.onAfterShow(message);
    void this.model.refresh();
  }

  protected render(): React.ReactElement {
    return <UseSignal signal={this.model.changed}>{() => <Panel model={this.model} />}</UseSignal>;
  }
}

function Panel({ model }: { model: PanelModel }): React.ReactElement {
  const standing = model.standing;
  return (
    <>
      <p className="curso-Trouble" role="status">
        {model.trouble}
      </p>
      <p className="curso-Trouble" role="alert">
        {model.refusal}
      </p>
      {model.notices.map(notice => (
        <p key={notice} className="curso-Notice" role="status">
          <Prose text={notice} />{' '}
          <button className="curso-Button curso-mod-quiet" onClick={() => model.dismiss(notice)}>
            Entendi
          </button>
        </p>
      ))}
      {standing ? (
        <>
          <NextStep model={model} next={standing.state.next} />
          <Checklist model={model} items={standing.state.checklist} />
          <Exercises model={model} exercises={standing.state.exercises} current={standing.state.next.path} />
          <Lessons model={model} lessons={standing.state.lessons} />
          <Services model={model} services={standing.services} />
        </>
      ) : (
        !model.trouble && <p className="curso-Loading">Abrindo o seu progresso…</p>
      )}
      <div className="curso-Said" role="log" aria-live="polite" aria-label="O que o painel disse">
        {model.said.map(([number, words]) => (
          <p key={number}>{words}</p>
        ))}
      </div>
    </>
  );
}
