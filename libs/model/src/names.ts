/** Group and version of our kinds. */
export const API_GROUP = 'fleetmend.dev';
export const API_VERSION = 'v1alpha1';
export const GROUP_VERSION = `${API_GROUP}/${API_VERSION}` as const;
/** Where requests without a matching binding live, and where fleet-wide policies are read from. */
export const SYSTEM_NAMESPACE = 'fleetmend-system';
