<#-- The licences of what ships with Infinite Loop, from the libraries' own descriptions. -->
Infinite Loop is licensed under the Apache License 2.0 (see LICENSE). It ships with these libraries, unmodified:

<#list dependencyMap as entry>
<#assign project = entry.getKey()/>
<#assign licenses = entry.getValue()/>
- ${project.name} (${project.groupId}:${project.artifactId}:${project.version}<#if project.url??>, ${project.url}</#if>)
  <#list licenses as license>${license}<#if license_has_next>; </#if></#list>
</#list>

Inside the bundles of these libraries and of Infinite Loop are, unmodified as well:

- Eclipse Jetty 12 (in org.apache.felix.http.jetty12): Apache License, Version 2.0; Eclipse Public License - v 2.0
- SQLite (in sqlite-jdbc): public domain
- RE2/J (in io.infloop.engine): Go License (BSD style)
