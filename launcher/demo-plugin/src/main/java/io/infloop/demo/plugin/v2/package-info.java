/** Version 2 of the plugin. */
package io.infloop.demo.plugin.v2;
