import { approveBaseImage, withdrawBaseImage } from '../../../domain/reference/change-reference.js';
import { proposeBaseImage } from '../../../domain/reference/propose-base-image.js';
import { referenceStream } from '../../../domain/reference/state.js';
import type { Api } from '../api.js';
import { WithReason } from '../codecs/hosts.js';
import { ApproveBaseImage, ProposeBaseImage, VersionPath } from '../codecs/reference.js';
import { commandRoute } from '../command-route.js';
import { Nothing, type Route } from '../route.js';

export const baseImageCommandRoutes = (api: Api): ReadonlyArray<Route> => {
  const stream = (): string => referenceStream(api.deps.group);
  return [
    commandRoute({
      method: 'POST',
      path: '/v1/base-images',
      operation: 'proposeBaseImage',
      summary: 'Proposes a base image. It counts once another trust administrator approved it.',
      params: Nothing,
      body: ProposeBaseImage,
      stream,
      work: (by, { body }) => proposeBaseImage(api.deps)({ ...by, image: body.image }),
    }),
    commandRoute({
      method: 'POST',
      path: '/v1/base-images/{version}/approve',
      operation: 'approveBaseImage',
      summary: 'Approves what somebody else proposed; with `digest`, only if it is still that document.',
      params: VersionPath,
      body: ApproveBaseImage,
      stream,
      work: (by, { params, body }) => approveBaseImage(api.deps)({ ...by, ...params, ...body }),
    }),
    commandRoute({
      method: 'POST',
      path: '/v1/base-images/{version}/withdraw',
      operation: 'withdrawBaseImage',
      summary: 'Ends an image, or an open proposal: hosts that boot it are refused from now on.',
      params: VersionPath,
      body: WithReason,
      stream,
      work: (by, { params, body }) => withdrawBaseImage(api.deps)({ ...by, ...params, ...body }),
    }),
  ];
};
