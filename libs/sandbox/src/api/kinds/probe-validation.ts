import { isObject, type Json } from '../json.ts';
import { portName } from '../names.ts';
import { type FieldError, forbiddenField, invalidValue, required } from '../refusals.ts';

const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc'] as const;
const COUNTS = ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const;

export function probeErrors(probe: unknown, path: string, kind: 'livenessProbe' | 'readinessProbe' | 'startupProbe'): readonly FieldError[] {
  if (!isObject(probe)) return [];
  const errors: FieldError[] = [...handlerErrors(probe, path)];
  for (const field of COUNTS) {
    const value = probe[field];
    if (typeof value === 'number' && value < 0) errors.push(invalidValue(`${path}.${field}`, value, 'must be greater than or equal to 0'));
  }
  if (kind !== 'readinessProbe' && typeof probe['successThreshold'] === 'number' && probe['successThreshold'] !== 1) errors.push(invalidValue(`${path}.successThreshold`, probe['successThreshold'], 'must be 1'));
  return errors;
}

function handlerErrors(probe: Json, path: string): readonly FieldError[] {
  const given = HANDLERS.filter((handler) => isObject(probe[handler]));
  if (given.length === 0) return [required(path, 'must specify a handler type')];
  const errors: FieldError[] = given.slice(1).map((extra) => forbiddenField(`${path}.${extra}`, 'may not specify more than 1 handler type'));
  for (const handler of ['httpGet', 'tcpSocket', 'grpc'] as const) {
    const action = probe[handler];
    if (isObject(action)) errors.push(...portErrors(action['port'], `${path}.${handler}.port`));
  }
  const exec = probe['exec'];
  if (isObject(exec) && (!Array.isArray(exec['command']) || exec['command'].length === 0)) errors.push(required(`${path}.exec.command`));
  return errors;
}

function portErrors(port: unknown, path: string): readonly FieldError[] {
  if (typeof port === 'number') return port >= 1 && port <= 65_535 ? [] : [invalidValue(path, port, 'must be between 1 and 65535, inclusive')];
  if (typeof port !== 'string' || port === '') return [invalidValue(path, port ?? 0, 'must be between 1 and 65535, inclusive')];
  return portName(port).map((why) => invalidValue(path, port, why));
}
