// The request for staff: see below.
export {};
