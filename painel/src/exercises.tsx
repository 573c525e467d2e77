/** Exercises: open one, check it, see verdicts as they come, take hints one at a time. */

import React from 'react';

import type { ICriterion, IExercise, IVerdict } from './documents';
import { ICheck, PanelModel, STATUS_WORDS } from './model';
import { Bar, Disclosure, Prose, Section, Unseen } from './parts';

interface IExercisesProps {
  model: PanelModel;
  exercises: IExercise[];
  /** The path of what comes next: that exercise starts open. */
  current: string;
}

export function Exercises({ model, exercises, current }: IExercisesProps): React.ReactElement {
  return (
    <Section id="exercicios" title="Exercícios">
      <ul className="curso-List">
        {exercises.map(exercise => (
          <li key={exercise.id} className="curso-Exercise" data-exercise={exercise.id}>
            <Exercise model={model} exercise={exercise} startsOpen={exercise.path === current} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Exercise(props: { model: PanelModel; exercise: IExercise; startsOpen: boolean }): React.ReactElement {
  const { model, exercise, startsOpen } = props;
  const check = model.checks.get(exercise.id);
  const points = `${exercise.points}/${exercise.max_points}`;
  const head = (
    <>
      <span className="curso-Grow">
        {exercise.title}
        {exercise.optional && <span className="curso-Badge">opcional</span>}
      </span>
      <span className="curso-Points">
        {points}
        <Unseen text="pontos" />
      </span>
    </>
  );
  const bar = <Bar value={exercise.points} max={exercise.max_points} label={`${exercise.title}: ${points} pontos`} />;
  return (
    <Disclosure id={exercise.id} head={head} below={bar} startsOpen={startsOpen}>
      <div className="curso-Row curso-Actions">
        <button className="curso-Button" onClick={() => void model.open(exercise.path)}>
          {exercise.started ? 'Abrir o enunciado' : 'Começar'}
          <Unseen text={exercise.title} />
        </button>
        {exercise.started && <CheckButton model={model} exercise={exercise} check={check} />}
      </div>
      {check && <CheckSummary check={check} />}
      <ul className="curso-List">
        {exercise.criteria.map(criterion => (
          <li key={criterion.id} data-criterion={criterion.id}>
            <Criterion model={model} exercise={exercise} criterion={criterion} check={check} />
          </li>
        ))}
      </ul>
    </Disclosure>
  );
}

function CheckButton(props: {
  model: PanelModel;
  exercise: IExercise;
  check: ICheck | undefined;
}): React.ReactElement {
  const { model, exercise, check } = props;
  const act = () => (check?.running ? model.stopCheck(exercise) : void model.check(exercise));
  return (
    <button className="curso-Button curso-mod-main" onClick={act}>
      {check?.running ? 'Parar' : 'Verificar'}
      <Unseen text={exercise.title} />
    </button>
  );
}

function CheckSummary({ check }: { check: ICheck }): React.ReactElement {
  return (
    <div className="curso-Check">
      {check.running && (
        <>
          <span>{check.done ? `Executando: ${check.done} de ${check.total} etapas` : 'Preparando a execução…'}</span>
          <progress
            className="curso-Bar"
            aria-label="Andamento da verificação"
            {...(check.done ? { value: check.done, max: check.total } : {})}
          />
        </>
      )}
      {check.result && (
        <strong>
          {check.result.points} de{' '}
          {check.result.verdicts.reduce((sum, one) => sum + (one.status === 'waiting' ? 0 : one.max_points), 0)} pontos
          nesta verificação
        </strong>
      )}
      {check.notices.map((notice, index) => (
        <p key={index} className="curso-Notice">
          <Prose text={notice} />
        </p>
      ))}
    </div>
  );
}

function Criterion(props: {
  model: PanelModel;
  exercise: IExercise;
  criterion: ICriterion;
  check: ICheck | undefined;
}): React.ReactElement {
  const { model, exercise, criterion, check } = props;
  const verdict = check?.verdicts.get(criterion.id);
  const pending = check?.running && !verdict;
  const status = verdict?.status ?? criterion.status;
  const [sign, words] = pending ? ['⋯', 'aguardando'] : STATUS_WORDS[status];
  const proven = criterion.best === 'passed' && status !== 'passed' && !pending;
  const head = (
    <>
      <span className={`curso-Sign curso-mod-${pending ? 'pending' : status}`} aria-hidden="true">
        {sign}
      </span>
      <span className="curso-Grow">
        {criterion.title}
        <small>
          {words}
          {proven && ', já passou antes'}
          {!criterion.visible && ', escondido'}
        </small>
      </span>
      <span className="curso-Points">
        {verdict ? verdict.points : criterion.points}/{criterion.max_points}
        <Unseen text="pontos" />
      </span>
    </>
  );
  const id = `${exercise.id}-${criterion.id}`;
  return (
    <Disclosure id={id} head={head} onOpen={() => model.recallHints(exercise.id, criterion)}>
      <div className="curso-Story">
        {verdict && <Story verdict={verdict} />}
        <Hints model={model} exercise={exercise} criterion={criterion} />
      </div>
    </Disclosure>
  );
}

function Story({ verdict }: { verdict: IVerdict }): React.ReactElement {
  return (
    <>
      {verdict.expected && verdict.status === 'failed' && (
        <p>
          <b>Esperado:</b> <Prose text={verdict.expected} />
        </p>
      )}
      {verdict.seen && (
        <p>
          <b>Visto:</b> <Prose text={verdict.seen} />
        </p>
      )}
      {verdict.rows.length > 0 && (
        <ul>
          {verdict.rows.map((row, index) => (
            <li key={index}>
              <code>{row.table}</code>: {row.what}
            </li>
          ))}
        </ul>
      )}
      {verdict.log && (
        <details>
          <summary>fim do log</summary>
          <pre>{verdict.log.trim()}</pre>
        </details>
      )}
    </>
  );
}

function Hints(props: { model: PanelModel; exercise: IExercise; criterion: ICriterion }): React.ReactElement {
  const { model, exercise, criterion } = props;
  const hints = model.hintsOf(exercise.id, criterion);
  const seen = Math.max(hints.length, criterion.hints_seen);
  return (
    <>
      {hints.length > 0 && (
        <ol className="curso-Hints" aria-label="Dicas">
          {hints.map((hint, index) => (
            <li key={index}>
              <Prose text={hint} />
            </li>
          ))}
        </ol>
      )}
      {seen < 3 && (
        <button className="curso-Button curso-mod-quiet" onClick={() => void model.oneMoreHint(exercise.id, criterion)}>
          {seen ? `Mais uma dica (${seen + 1} de 3)` : 'Pedir uma dica'}
          <Unseen text={criterion.title} />
        </button>
      )}
    </>
  );
}
