/** What comes next, the lessons and the services. */

import React from 'react';

import type { ILesson, INext, IService } from './documents';
import type { PanelModel } from './model';
import { Bar, Prose, Section, Unseen } from './parts';

export function NextStep({ model, next }: { model: PanelModel; next: INext }): React.ReactElement {
  return (
    <Section id="agora" title="O que fazer agora">
      <div className="curso-Next">
        <strong>{next.title}</strong>
        <p>
          <Prose text={next.why} />
        </p>
        <button className="curso-Button curso-mod-main" onClick={() => void model.open(next.path)}>
          Abrir
          <Unseen text={next.title} />
        </button>
      </div>
    </Section>
  );
}

export function Lessons({ model, lessons }: { model: PanelModel; lessons: ILesson[] }): React.ReactElement {
  return (
    <Section id="licoes" title="Lições">
      <ul className="curso-List">
        {lessons.map(lesson => (
          <Lesson key={lesson.id} model={model} lesson={lesson} />
        ))}
      </ul>
    </Section>
  );
}

function Lesson({ model, lesson }: { model: PanelModel; lesson: ILesson }): React.ReactElement {
  const done = lesson.challenges_done + lesson.predictions_done;
  const total = lesson.challenges_total + lesson.predictions_total;
  const parts = [
    count(lesson.challenges_done, lesson.challenges_total, 'desafios'),
    count(lesson.predictions_done, lesson.predictions_total, 'previsões'),
    lesson.minutes ? `${lesson.minutes} min` : ''
  ];
  const told = parts.filter(Boolean).join(' · ');
  return (
    <li className="curso-Lesson" data-lesson={lesson.id}>
      <button className="curso-Link" onClick={() => void model.open(lesson.path)}>
        {lesson.title}
        {total > 0 && done === total && (
          <>
            <span aria-hidden="true"> ✔</span>
            <Unseen text="completa" />
          </>
        )}
      </button>
      {told && <small>{told}</small>}
      {done > 0 && <Bar value={done} max={total} label={`${lesson.title}: ${told}`} />}
    </li>
  );
}

function count(done: number, total: number, of: string): string {
  return total ? `${done}/${total} ${of}` : '';
}

export function Services({ model, services }: { model: PanelModel; services: IService[] }): React.ReactElement {
  return (
    <Section id="servicos" title="Serviços">
      <ul className="curso-List">
        {services.map(service => (
          <Service key={service.name} model={model} service={service} />
        ))}
      </ul>
    </Section>
  );
}

function Service({ model, service }: { model: PanelModel; service: IService }): React.ReactElement {
  const off = service.phase === 'parado' || service.phase === 'falhou';
  const phase = service.stopping ? 'parando' : service.phase;
  return (
    <li className={`curso-Service curso-mod-${service.phase}`} data-service={service.name}>
      <div className="curso-Row">
        <span className="curso-Sign" aria-hidden="true" />
        <span className="curso-Grow">
          {service.title}
          <small role="status">{phase}</small>
        </span>
        {service.page && service.phase === 'pronto' && (
          <a className="curso-Button" href={model.server.page(service.page)} target="_blank" rel="noopener">
            Abrir página
            <Unseen text={`de ${service.title}`} />
          </a>
        )}
        <button
          className="curso-Button curso-mod-quiet"
          disabled={service.stopping}
          onClick={() => void model.service(off ? 'start' : 'stop', service.name)}
        >
          {off ? 'Ligar' : 'Desligar'}
          <Unseen text={service.title} />
        </button>
      </div>
      {service.phase === 'iniciando' && (
        <Bar value={service.step} max={service.steps} label={`${service.title}: ${service.words}`} />
      )}
      {service.words && <small>{service.words}</small>}
    </li>
  );
}
