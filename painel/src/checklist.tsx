/** The five items: what is proven, what is on the way, and what the learner says is mastered already. */

import React from 'react';

import type { IItem } from './documents';
import type { PanelModel } from './model';
import { Bar, Section } from './parts';

type Standing = 'proven' | 'mine' | 'building' | 'open';

const SIGNS: Record<Standing, [sign: string, words: string]> = {
  proven: ['☑', 'provado'],
  mine: ['◇', 'já domino'],
  building: ['☐', 'em construção'],
  open: ['☐', '']
};

export function Checklist({ model, items }: { model: PanelModel; items: IItem[] }): React.ReactElement {
  return (
    <Section id="checklist" title="Checklist">
      <ul className="curso-List">
        {items.map(item => (
          <Item key={item.item} model={model} item={item} />
        ))}
      </ul>
    </Section>
  );
}

function Item({ model, item }: { model: PanelModel; item: IItem }): React.ReactElement {
  const standing: Standing = item.done ? 'proven' : item.mine ? 'mine' : item.building ? 'building' : 'open';
  const [sign, words] = SIGNS[standing];
  const points = `${item.points}/${item.max_points}`;
  return (
    <li className={`curso-Item curso-mod-${standing}`} data-item={item.item}>
      <span className="curso-Sign" aria-hidden="true">
        {sign}
      </span>
      <div className="curso-Grow">
        <div className="curso-Row">
          <span className="curso-Grow">{item.title}</span>
          {words && <span className="curso-Badge">{words}</span>}
        </div>
        <div className="curso-Row">
          <Bar value={item.points} max={item.max_points} label={`${item.title}: ${points} pontos`} />
          <span className="curso-Points" aria-hidden="true">
            {points}
          </span>
          {!item.done && (
            <button
              className="curso-Button curso-mod-quiet"
              aria-label={item.mine ? `Desmarcar já domino: ${item.title}` : `Marcar já domino: ${item.title}`}
              title="Uma marca sua, que não vale como prova: o roteiro deixa de pedir o que serve a este item."
              onClick={() => void model.mark(item.item, !item.mine)}
            >
              {item.mine ? 'Desmarcar' : 'Já domino'}
            </button>
          )}
        </div>
      </div>
    </li>
  );
}
