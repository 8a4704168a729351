/** JSON values on the launcher's side. */
package io.infloop.launcher.json;
