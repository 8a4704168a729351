/** Version 1 of the plugin. */
package io.infloop.demo.plugin.v1;
