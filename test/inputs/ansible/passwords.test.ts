import { describe, expect, it } from 'vitest';
import { messageOf } from '../message.ts';
import { load } from './load.ts';

describe('passwords', () => {
  it.each([
    "web ansible_user=bob ansible_password='s3cr3t ansible_port=22",
    'web ansible_password= s3cr3t',
    'web ansible_password : s3cr3t',
    'web ansible_password:s3cr3t',
    'web ansible_password:s3cr3t=',
    'web ansible_password=s3cr3t\\',
    'ansible_password=s3cr3t',
    'ansible_password:s3cr3t',
    "'ansible_password=s3cr3t",
    'ansible_password s3cr3t',
    'web[1:2 ansible_password=[s3cr3t]',
    '[1:2] ansible_password=[s3cr3t]',
    '[web]\nansible_password= s3cr3t',
    'a\n[all:vars]\nansible_password: s3cr3t',
    'a\n[all:vars]\nansible_password: s3cr3t=',
    'a\n[all:vars]\nansible_password\ns3cr3t',
    'a\n[all:children]\nweb ansible_password=s3cr3t',
    'a\n[all:children]\nansible_password=s3cr3t',
    'web ansible_ssh_common_args="-o ProxyCommand=\'sshpass -p s3cr3t {{ x }}\'"',
    'all: { hosts: { web: { ansible_password: *s3cr3t } } }',
    'all: { hosts: { web: { ansible_password: !s3cr3t } } }',
    'all: { hosts: { web: { ansible_password: !s3!cr3t } } }',
    'all:\n  vars:\n    ansible_password: |s3cr3t',
    'all:\n  vars:\n    ansible_password: ]s3cr3t',
    'all:\n  vars:\n    ansible_password: "a"s3cr3t',
    'all:\n  vars: ansible_password=s3cr3t\n  hosts: { a: }\n  children: { b: { vars: ansible_password=s3cr3t } }\n  c: s3cr3t',
    'all:\n  hosts: web ansible_password=s3cr3t',
    'all:\n  hosts:\n    web ansible_password=s3cr3t:',
    'hosts:\n  - web ansible_password=s3cr3t',
  ])('are in no message: %s', (text) => {
    const message = messageOf(() => load(`${text}\n`));
    expect(message).toMatch(/^65 hosts:\d+:\d+: /);
    expect(message).not.toMatch(/s3|cr3t/);
  });

  it.each([
    ["  web password='x y", 'hosts:1:16: The line of web has a quote or an escape that is not closed.'],
    [
      'web ansible_password= x',
      'hosts:1:23: The line of web holds a word that is not a variable. Expected name=value after the host name, without blanks around "=".',
    ],
    ['ansible_password=x', 'hosts:1:1: "ansible_password…" is not a host name.'],
    ['a\n[all:vars]\npassword: x', 'hosts:3:1: password is followed by ":". Expected name=value.'],
  ])('%s', (text, message) => {
    expect(messageOf(() => load(`${text}\n`))).toContain(message);
  });
});
