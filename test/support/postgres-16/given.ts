// Every test file has an environment of its own: to those of this project the server is as given by the user.
import { GIVEN_BY } from '../../../local/endpoints.ts';
import { postgres16Endpoint } from './server.ts';

process.env[GIVEN_BY.postgres] = postgres16Endpoint().url;
